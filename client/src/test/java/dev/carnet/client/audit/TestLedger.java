package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.identity.Identities;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.KeyList;
import dev.carnet.proto.ledger.KeyProof;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A daemon's ledger as an auditor gets it: real keys, certificates and signatures, made in memory and written as files. What a test wants wrong it makes wrong. */
public final class TestLedger {
    public static final Instant TIME = Instant.parse("2026-11-25T10:00:30Z");

    private final String id;
    private final PrivateKey leafKey;
    private final X509Certificate leaf;
    private final X509Certificate ca;
    private final List<byte[]> entries = new ArrayList<>();
    private final Map<String, byte[]> blobs = new LinkedHashMap<>();
    TestKeys entryKeys = new TestKeys();
    TestKeys logKeys = new TestKeys();
    final TestKeys witnessKeys = new TestKeys();
    private String previous = "";

    /** Of a daemon with its own CA; the first entry is its key binding. */
    public TestLedger(String id, Path folder) {
        this.id = id;
        try {
            var identities = Identities.system();
            var authority = identities.makeAuthority(SpiffeId.parse(id).trustDomain(), folder.resolve("ca"));
            ca = authority.certificate();
            leaf = identities.issue(authority, SpiffeId.parse(id), folder.resolve("leaf"));
            leafKey = Pem.privateKey(Files.readString(folder.resolve("leaf/key.pem")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        bind(entryKeys);
    }

    public String id() {
        return id;
    }

    public String origin() {
        return id.substring("spiffe://".length());
    }

    public int size() {
        return entries.size();
    }

    public byte[] entry(int index) {
        return entries.get(index);
    }

    /** Binds the keys as they are now; signed by both of them, and by those before where there are any. */
    private void bind(TestKeys before) {
        var list = new KeyList(
                id,
                origin(),
                previous,
                new PublicKeys(
                        entryKeys.publicKeys(),
                        logKeys.publicKeys(),
                        witnessKeys.publicKeys(),
                        TestKeys.pair("EC").getPublic().getEncoded()));
        byte[] proof =
                new KeyProof(list.encode(), "ecdsa-p256-sha256", leafSigns(KeyProof.message(list)), chain()).encode();
        byte[] payload = new KeyBindingStatement(id, origin(), TIME, list, blob(proof)).payload();
        List<Dsse.Signature> signatures = new ArrayList<>(entryKeys.sign(payload, true));
        if (before != entryKeys) {
            signatures.addAll(before.sign(payload, true));
        }
        entries.add(new Dsse(payload, signatures).encode());
        previous = Digests.sha256Hex(payload);
    }

    private List<byte[]> chain() {
        try {
            return List.of(leaf.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    byte[] leafSigns(byte[] message) {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(leafKey);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Replaces entry and log keys. */
    public void rekey() {
        TestKeys before = entryKeys;
        entryKeys = new TestKeys();
        logKeys = new TestKeys();
        bind(before);
    }

    /** An attacker's keys, which nobody before has signed. */
    public void rekeyUnsigned() {
        entryKeys = new TestKeys();
        logKeys = new TestKeys();
        bind(entryKeys);
    }

    /** Signs as SPEC section 11 says of a statement of this daemon's. */
    public byte[] sign(Statement says) {
        boolean both = says.predicate() == Predicate.SEAL;
        return new Dsse(says.payload(), entryKeys.sign(says.payload(), both)).encode();
    }

    public int add(Statement says) {
        return add(sign(says));
    }

    public int add(byte[] entry) {
        entries.add(entry);
        return entries.size() - 1;
    }

    /** Takes back what was changed since. */
    public void restore(List<byte[]> before) {
        entries.clear();
        entries.addAll(before);
    }

    public void set(int index, byte[] entry) {
        entries.set(index, entry);
    }

    /** Something small and true. */
    public int refuse(int number) {
        return add(new Refusal(
                id,
                origin(),
                TIME,
                "dd".repeat(32),
                Optional.of("spiffe://example.org/node/b"),
                Optional.empty(),
                "POLICY",
                Optional.of("v"),
                "refusal " + number,
                1,
                TIME,
                TIME));
    }

    /** An entry's payload, signed by keys of nobody. */
    public byte[] signedBySomebodyElse(int index) {
        byte[] payload = Dsse.parse(entries.get(index)).payload();
        return new Dsse(payload, new TestKeys().sign(payload, true)).encode();
    }

    /** @return its digest */
    public String blob(byte[] bytes) {
        String digest = Digests.sha256Hex(bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    public LogCheckpoint body() {
        return TestKeys.checkpoint(origin(), entries);
    }

    /** Signed by the log, and by these besides. */
    public SignedCheckpoint note(NoteSignature... cosignatures) {
        LogCheckpoint body = body();
        return new SignedCheckpoint(body, logKeys.signLog(body)).with(List.of(cosignatures));
    }

    /** Writes the ledger as it is now. */
    public Path write(Path directory, NoteSignature... cosignatures) {
        try {
            List<Hash32> hashes = entries.stream().map(Merkle::leaf).toList();
            for (Tile tile : Tile.added(0, entries.size())) {
                int from = Math.toIntExact(tile.index() * Tile.WIDTH);
                if (tile.level() == Tile.ENTRIES) {
                    write(directory, tile.path(), Bundle.write(entries.subList(from, from + tile.width())));
                } else {
                    write(directory, tile.path(), tile(hashes, tile));
                }
            }
            for (var blob : blobs.entrySet()) {
                write(directory, "blobs/sha256/" + blob.getKey(), blob.getValue());
            }
            write(directory, "checkpoint", note(cosignatures).encode());
            return directory;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] tile(List<Hash32> leaves, Tile tile) {
        List<Hash32> level = leaves;
        for (int up = 0; up < tile.level(); up++) {
            List<Hash32> above = new ArrayList<>();
            for (int first = 0; first + Tile.WIDTH <= level.size(); first += Tile.WIDTH) {
                above.add(Merkle.tile(bytes(level.subList(first, first + Tile.WIDTH))));
            }
            level = above;
        }
        int from = Math.toIntExact(tile.index() * Tile.WIDTH);
        return bytes(level.subList(from, from + tile.width()));
    }

    private static byte[] bytes(List<Hash32> hashes) {
        byte[] bytes = new byte[hashes.size() * Hash32.BYTES];
        for (int i = 0; i < hashes.size(); i++) {
            hashes.get(i).copyTo(bytes, i * Hash32.BYTES);
        }
        return bytes;
    }

    private static void write(Path directory, String path, byte[] bytes) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    /** A trust file's lines: the log's Ed25519 key, and the CA. The quorum is not among them. */
    public String trusted() {
        return trustedLog() + trustedCa();
    }

    public String trustedLog() {
        return "log " + LogKeys.log(origin(), logKeys.publicKeys()).getFirst().vkey() + "\n";
    }

    public String trustedCa() {
        return "ca " + SpiffeId.parse(id).trustDomain() + " "
                + Base64.getEncoder().encodeToString(der(ca)) + "\n";
    }

    public String trustedEntryKey() {
        return "entry " + origin() + " " + entryKeys.publicKeys().entryKeys().ed25519Id() + "\n";
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    /** A trust file of these lines. */
    public static Trust trust(String... lines) {
        return Trust.parse(String.join("", lines).getBytes(UTF_8));
    }
}
