package dev.carnet.proto.ledger;

import static dev.carnet.proto.ledger.RecordVectors.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    /** RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3. */
    @ParameterizedTest
    @CsvSource({
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    })
    void ed25519_of_the_rfc(String key, String message, String signature) {
        byte[] spki = Spki.ed25519(HEX.parseHex(key));
        byte[] signed = HEX.parseHex(signature);
        assertThat(Signatures.ed25519(spki, HEX.parseHex(message), signed)).isTrue();
        assertThat(Signatures.ed25519(spki, HEX.parseHex(message + "00"), signed))
                .isFalse();

        byte[] s = new byte[32];
        byte[] big = little(signed, 32).add(ORDER).toByteArray();
        for (int i = 0; i < big.length && i < 32; i++) {
            s[i] = big[big.length - 1 - i];
        }
        byte[] high = Arrays.copyOf(signed, 64);
        System.arraycopy(s, 0, high, 32, 32);
        assertThat(Signatures.ed25519(spki, HEX.parseHex(message), high)).isFalse();
        assertThat(Signatures.ed25519(spki, HEX.parseHex(message), Arrays.copyOf(signed, 63)))
                .isFalse();
        assertThat(Signatures.ed25519(spki, HEX.parseHex(message), Arrays.copyOf(signed, 65)))
                .isFalse();
    }

    private static BigInteger little(byte[] bytes, int from) {
        byte[] big = new byte[32];
        for (int i = 0; i < 32; i++) {
            big[31 - i] = bytes[from + i];
        }
        return new BigInteger(1, big);
    }

    /** The eight points of small order, and encodings of points that are not canonical. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void keys_of_small_order_or_not_canonical_are_none(String point) {
        byte[] raw = HEX.parseHex(point);
        assertThatThrownBy(() -> Spki.rawEd25519(Spki.ed25519(raw))).isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> Signatures.ed25519(Spki.ed25519(raw), new byte[1], new byte[64]))
                .isInstanceOf(StatementException.class);
        byte[] signature = Arrays.copyOf(raw, 64);
        byte[] good = HEX.parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assertThat(Signatures.ed25519(Spki.ed25519(good), new byte[0], signature))
                .isFalse();
    }

    /** A good key plus a point of order eight: half of the world's verifiers take its signatures, the other half does not. */
    @Test
    void a_key_with_a_component_of_small_order_is_none() {
        byte[] mixed = Edwards.plusPointOfOrder8(
                HEX.parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
        assertThatThrownBy(() -> Spki.rawEd25519(Spki.ed25519(mixed)))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("no point of the group");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "ML-DSA-44", "EC"})
    void the_jdks_keys_have_our_form(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(256);
        }
        PublicKey key = generator.generateKeyPair().getPublic();
        byte[] spki = key.getEncoded();
        switch (algorithm) {
            case "Ed25519" -> assertThat(Spki.ed25519(Spki.rawEd25519(spki))).isEqualTo(spki);
            case "ML-DSA-44" -> assertThat(Spki.mldsa44(Spki.rawMldsa44(spki))).isEqualTo(spki);
            default -> Spki.checkP256(spki);
        }
        byte[] longer = Arrays.copyOf(spki, spki.length + 1);
        byte[] bent = spki.clone();
        bent[1] ^= 1;
        Stream.of(longer, Arrays.copyOf(spki, spki.length - 1), bent, new byte[0])
                .forEach(bad -> {
                    assertThatThrownBy(() -> Spki.rawEd25519(bad)).isInstanceOf(StatementException.class);
                    assertThatThrownBy(() -> Spki.rawMldsa44(bad)).isInstanceOf(StatementException.class);
                    assertThatThrownBy(() -> Spki.checkP256(bad)).isInstanceOf(StatementException.class);
                });
    }

    @Test
    void mldsa44_by_the_jdk_and_by_others() throws Exception {
        var generator = KeyPairGenerator.getInstance("ML-DSA-44");
        var pair = generator.generateKeyPair();
        var signer = java.security.Signature.getInstance("ML-DSA-44");
        signer.initSign(pair.getPrivate());
        signer.update(new byte[] {1, 2});
        byte[] signature = signer.sign();
        byte[] spki = pair.getPublic().getEncoded();
        assertThat(signature).hasSize(Signatures.MLDSA44_BYTES);
        assertThat(Signatures.mldsa44(spki, new byte[] {1, 2}, signature)).isTrue();
        assertThat(Signatures.mldsa44(spki, new byte[] {1, 3}, signature)).isFalse();
        assertThat(Signatures.mldsa44(spki, new byte[] {1, 2}, Arrays.copyOf(signature, 2419)))
                .isFalse();
        JsonNode keys = RecordVectors.read("record/envelopes.json").get("keys");
        assertThat(Signatures.mldsa44(base64(keys, "mldsa44"), new byte[] {1, 2}, signature))
                .isFalse();
    }
}
