package dev.carnet.proto.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables say what Bouncy Castle's verification and the check of R say together. */
class FrequentKeyTest {
    private static final HexFormat HEX = HexFormat.of();
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static EntryKeys keys(byte[] raw) {
        return new EntryKeys(Spki.ed25519(raw), AnyMldsa.SPKI);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] publicKey(byte[] secret) {
        byte[] key = new byte[32];
        Ed25519.generatePublicKey(secret, 0, key, 0);
        return key;
    }

    private static byte[] sign(byte[] secret, byte[] message) {
        byte[] signature = new byte[64];
        Ed25519.sign(secret, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /** RFC 8032, section 7.1: TEST 2, TEST 3. */
    @ParameterizedTest
    @CsvSource({
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    })
    void the_rfcs_signatures(String key, String message, String signature) {
        FrequentKey frequent = new FrequentKey(keys(HEX.parseHex(key)));
        byte[] signed = HEX.parseHex(signature);
        assertThat(frequent.byTables(HEX.parseHex(message), signed)).isTrue();
        assertThat(frequent.byTables(HEX.parseHex(message + "00"), signed)).isFalse();
        assertThat(frequent.byTables(HEX.parseHex(message), Arrays.copyOf(signed, 63)))
                .isFalse();
        assertThat(frequent.byTables(HEX.parseHex(message), Arrays.copyOf(signed, 65)))
                .isFalse();
        byte[] high = signed.clone();
        BigInteger s = Ed25519Tables.number(signed, 32, 64).add(Ed25519Tables.ORDER);
        System.arraycopy(little(s), 0, high, 32, 32);
        assertThat(frequent.byTables(HEX.parseHex(message), high)).isFalse();
    }

    @Test
    void every_signature_of_many_keys_and_none_with_a_bit_flipped() {
        for (int key = 0; key < 8; key++) {
            byte[] secret = bytes(32);
            byte[] raw = publicKey(secret);
            FrequentKey frequent = new FrequentKey(keys(raw));
            for (int i = 0; i < 64; i++) {
                byte[] message = bytes(random.nextInt(900));
                byte[] signature = sign(secret, message);
                assertThat(frequent.byTables(message, signature))
                        .as("seed %d", seed)
                        .isTrue();
                signature[random.nextInt(64)] ^= (byte) (1 << random.nextInt(8));
                assertThat(frequent.byTables(message, signature))
                        .as("seed %d", seed)
                        .isFalse();
            }
        }
    }

    /** Signatures that their key's owner has bent: they satisfy the equation of some verifiers, and not ours. */
    @Test
    void an_r_of_small_order_or_with_such_a_component_is_refused() {
        byte[] secret = bytes(32);
        byte[] raw = publicKey(secret);
        byte[] message = bytes(40);
        byte[] neutral = new byte[32];
        neutral[0] = 1;
        byte[] mixed = Edwards.plusPointOfOrder8(publicKey(bytes(32)));
        for (byte[] r : List.of(neutral, mixed, HEX.parseHex("ec" + "ff".repeat(30) + "7f"))) {
            byte[] signature = Arrays.copyOf(r, 64);
            BigInteger s = hash(r, raw, message).multiply(scalar(secret)).mod(Ed25519Tables.ORDER);
            System.arraycopy(little(s), 0, signature, 32, 32);
            assertThat(new FrequentKey(keys(raw)).byTables(message, signature)).isFalse();
            assertThat(Signatures.verified(raw, message, signature)).isFalse();
        }
        byte[] signature = Arrays.copyOf(neutral, 64);
        BigInteger s = hash(neutral, raw, message).multiply(scalar(secret)).mod(Ed25519Tables.ORDER);
        System.arraycopy(little(s), 0, signature, 32, 32);
        assertThat(Ed25519.verify(signature, 0, raw, 0, message, 0, message.length))
                .as("the equation holds")
                .isTrue();
    }

    @Test
    void envelopes_before_and_after_the_tables_are_made() {
        byte[] secret = bytes(32);
        EntryKeys keys = keys(publicKey(secret));
        FrequentKey frequent = new FrequentKey(keys);
        for (int i = 0; i < 200; i++) {
            byte[] payload = bytes(100);
            byte[] right = sign(secret, Dsse.pae(payload));
            frequent.verify(new Dsse(payload, List.of(new Dsse.Signature(keys.ed25519Id(), right))));
            right[40] ^= 1;
            Dsse wrong = new Dsse(payload, List.of(new Dsse.Signature(keys.ed25519Id(), right)));
            assertThatThrownBy(() -> frequent.verify(wrong)).hasMessageContaining("does not verify");
            Dsse missing = new Dsse(payload, List.of(new Dsse.Signature("ab".repeat(32), right)));
            assertThatThrownBy(() -> frequent.verify(missing)).hasMessageContaining("no Ed25519 signature");
        }
    }

    private static BigInteger hash(byte[] r, byte[] key, byte[] message) {
        MessageDigest sha512 = sha512();
        sha512.update(r);
        sha512.update(key);
        byte[] hash = sha512.digest(message);
        return Ed25519Tables.number(hash, 0, hash.length);
    }

    private static BigInteger scalar(byte[] secret) {
        byte[] hash = sha512().digest(secret);
        hash[0] &= (byte) 0xf8;
        hash[31] = (byte) (hash[31] & 0x7f | 0x40);
        return Ed25519Tables.number(hash, 0, 32);
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] little(BigInteger number) {
        byte[] little = new byte[32];
        for (int i = 0; i < 32; i++) {
            little[i] = number.shiftRight(8 * i).byteValue();
        }
        return little;
    }
}
