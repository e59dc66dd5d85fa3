package dev.carnet.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.TestLedger;
import dev.carnet.client.audit.TestTransfer;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that somebody may have done to a ledger, and what {@code carnet ledger} says of it. The page docs/tampering.md is written by this test: with {@code -Dcarnet.write=true}; without, it has to
 * be what the test would write.
 */
@Timeout(120)
class TamperingTest {
    private static final Path PAGE = Path.of("docs/tampering.md");
    private static final int ENTRIES = 300;

    @TempDir
    static Path made;

    private static TestLedger north;
    private static TestLedger south;
    private static TestTransfer moved;
    private static Path northTrust;

    @TempDir
    Path temp;

    private Shell shell;
    private Path copy;
    private Path other;

    @BeforeAll
    static void make() throws IOException {
        north = new TestLedger("spiffe://example.org/north", made.resolve("north-identity"));
        south = new TestLedger("spiffe://example.net/south", made.resolve("south-identity"));
        moved = TestTransfer.logged(north, south, 1);
        while (north.size() < ENTRIES) {
            north.refuse(north.size());
        }
        north.write(made.resolve("north"));
        south.write(made.resolve("south"));
        northTrust = Files.writeString(made.resolve("trust"), north.trusted() + south.trusted() + "quorum none\n");
    }

    @BeforeEach
    void prepare() throws IOException {
        shell = new Shell(temp.resolve("s"));
        copy = copy("north", "north");
        other = copy("south", "south");
    }

    private Path copy(String of, String name) throws IOException {
        Path target = temp.resolve(name);
        try (Stream<Path> walk = Files.walk(made.resolve(of))) {
            for (Path path : walk.toList()) {
                Path file = target.resolve(made.resolve(of).relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(file);
                } else {
                    Files.copy(path, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return target;
    }

    /** Does something to the copy. */
    private interface Deed {
        void run() throws IOException;
    }

    /** What is done, what is typed, and what has to be said of it. */
    private record Case(String deed, Deed does, List<String> command, int exit, List<String> said) {}

    private final List<Case> cases = new ArrayList<>();

    private void verify(String deed, Deed does, int exit, String... said) {
        cases.add(new Case(deed, does, List.of("ledger", "verify", "NORTH", "--trust", "TRUST"), exit, List.of(said)));
    }

    private void command(String deed, Deed does, String typed, int exit, String... said) {
        cases.add(new Case(deed, does, List.of(typed.split(" ")), exit, List.of(said)));
    }

    @Test
    void everything_that_is_done_to_a_ledger_is_found_and_named_by_place() throws IOException {
        files();
        entries();
        keys();
        proofs();
        two();
        Map<String, String> rows = new LinkedHashMap<>();
        for (Case one : cases) {
            prepare();
            one.does().run();
            String[] typed = one.command().stream().map(this::place).toArray(String[]::new);
            int exit = shell.run(typed);
            assertThat(exit).as(one.deed() + "\n" + shell.out() + shell.err()).isEqualTo(one.exit());
            assertThat(normal(shell.out() + shell.err())).as(one.deed()).contains(one.said());
            rows.put(one.deed(), row(one, exit));
        }
        String page = page(rows);
        if (Boolean.getBoolean("carnet.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }

    private String place(String word) {
        return switch (word) {
            case "NORTH" -> copy.toString();
            case "SOUTH" -> other.toString();
            case "OLD" -> temp.resolve("old").toString();
            case "TRUST" -> northTrust.toString();
            case "PROOF" -> temp.resolve("proof").toString();
            case "ENTRY" -> temp.resolve("entry").toString();
            default -> word;
        };
    }

    /** Keys and paths differ each time. */
    private String normal(String text) {
        return text.replace(copy.toString(), "NORTH")
                .replace(other.toString(), "SOUTH")
                .replace(temp.toString() + "/", "")
                .replace(northTrust.toString(), "TRUST")
                .replaceAll("serial number [0-9a-f]+", "serial number (n)")
                .replaceAll("\\b[0-9a-f]{64}\\b", "(digest)")
                .replaceAll("\\+[0-9a-f]{8}\\b", "+(key)")
                .replaceAll("key [0-9a-f]{8} has", "key (id) has");
    }

    private String row(Case one, int exit) {
        StringBuilder text = new StringBuilder();
        text.append("## ").append(one.deed()).append("\n\n```\n$ carnet ").append(String.join(" ", one.command()));
        List<String> lines =
                new ArrayList<>(normal(shell.out() + shell.err()).lines().toList());
        int first = 0;
        while (first < lines.size() && lines.get(first).matches("[a-z ]{11} .*")) {
            first++; // what every ledger has
        }
        lines.subList(first, lines.size()).stream()
                .filter(line -> !line.isEmpty() && !line.startsWith("  what to do"))
                .forEach(line -> text.append('\n').append(line));
        return text.append("\n```\n\nexit ").append(exit).append("\n\n").toString();
    }

    private static String page(Map<String, String> rows) {
        return "# What tampering looks like\n\nTwo ledgers, NORTH of 300 entries and SOUTH, with one transfer between them, and a trust file TRUST with the log key"
                + " and the CA of each. One thing is done to the files; below it is what the command then says (without the first lines, which say what ledger it is, and without the advice).\n\n"
                + "This page is written by `TamperingTest`: `./mvnw -pl client -am -Dtest=TamperingTest -Dsurefire.failIfNoSpecifiedTests=false -Dcarnet.write=true test`. The daemon's journal is no part of a ledger: `carnetd fsck`"
                + " verifies it, and the daemon's tests damage it.\n\n"
                + String.join("", rows.values()).stripTrailing() + "\n";
    }

    // ---- what may be done

    private void files() {
        verify("Nothing", () -> {}, 0, "example.org/north verifies");
        verify(
                "A bit of an entry in its bundle",
                () -> changeEntry(280, entry -> flip(entry, 40)),
                5,
                "tile/0/001.p/44: hash 24 is not that of entry 280",
                "entry 280 (tile/entries/001, 24): ");
        verify(
                "A bit of a tile of level 0",
                () -> change("tile/0/000", bytes -> flip(bytes, 32 * 7)),
                5,
                "tile/0/000: hash 7 is not that of entry 7");
        verify(
                "A bit of a tile of level 1",
                () -> change("tile/1/000.p/1", bytes -> flip(bytes, 3)),
                5,
                "tile/1/000.p/1: hash 0 is not that of tile 0 of level 0");
        verify(
                "The size in the log checkpoint",
                () -> note(text -> text.replace("\n300\n", "\n299\n")),
                3,
                "tile/entries/001.p/43: it is not there, nor is the full one");
        verify(
                "A bit of the root in the log checkpoint",
                () -> note(text -> swap(text, text.indexOf("\n300\n") + 10)),
                5,
                "checkpoint: the root over its 300 entries is another one",
                "does not verify");
        verify(
                "A bit of the log's first signature",
                () -> note(text -> swap(text, text.indexOf('\u2014') + 60)),
                5,
                "log-signature",
                "(Ed25519)");
        verify(
                "A bit of the log's second signature",
                () -> note(text -> swap(text, text.lastIndexOf('\u2014') + 2000)),
                5,
                "log-signature",
                "(ML-DSA-44)");
        verify("A log checkpoint that is cut off", () -> note(text -> text.substring(0, 40)), 5, "checkpoint: ");
        verify("No log checkpoint", () -> Files.delete(copy.resolve("checkpoint")), 3, "it is not there");
        verify("A tile is gone", () -> Files.delete(copy.resolve("tile/0/000")), 3, "tile/0/000: it is not there");
        verify("A bit of a blob", () -> blob(bytes -> flip(bytes, 9)), 5, "entry 0 (tile/entries/000, 0): the blob");
        verify("A blob is gone", () -> blob(bytes -> null), 9, "the blob that it names is not there");
    }

    private void entries() {
        verify(
                "An entry is removed from its bundle",
                () -> bundle("tile/entries/000", 256, list -> list.remove(9)),
                5,
                "tile/entries/000: the bundle has 255 entries, not 256");
        verify(
                "Two entries are swapped",
                () -> bundle("tile/entries/000", 256, list -> Collections.swap(list, 9, 10)),
                5,
                "tile/0/000: hash 9 is not that of entry 9");
        verify(
                "A bundle is cut off",
                () -> change("tile/entries/000", bytes -> Arrays.copyOf(bytes, bytes.length - 1)),
                5,
                "tile/entries/000: entry 255 of the bundle has ");
        verify(
                "An entry and its leaf are forged together",
                () -> forge(),
                5,
                "root",
                "entry 290 (tile/entries/001, 34): the Ed25519 signature");
        verify(
                "An entry is forged, and all hashes and the root with it",
                () -> {
                    byte[] good = north.entry(290);
                    north.set(290, forged(good));
                    SignedCheckpoint before = SignedCheckpoint.parse(Files.readAllBytes(copy.resolve("checkpoint")));
                    north.write(copy);
                    Files.write(
                            copy.resolve("checkpoint"),
                            new SignedCheckpoint(north.body(), before.signatures()).encode());
                    north.set(290, good);
                },
                5,
                "entry 290 (tile/entries/001, 34): the Ed25519 signature",
                "log-signature");
        verify(
                "An entry of another ledger, signed by that one",
                () -> written(() -> north.set(280, south.entry(1))),
                5,
                "entry 280 (tile/entries/001, 24): it is spiffe://example.net/south's, of the ledger example.net/south");
        verify(
                "The log checkpoint's signatures under another log's name",
                () -> {
                    SignedCheckpoint note = SignedCheckpoint.parse(Files.readAllBytes(copy.resolve("checkpoint")));
                    LogCheckpoint body = note.checkpoint();
                    Files.write(
                            copy.resolve("checkpoint"),
                            new SignedCheckpoint(
                                            new LogCheckpoint("example.org/other", body.size(), body.root()),
                                            note.signatures())
                                    .encode());
                },
                5,
                "entry 0 (tile/entries/000, 0): it is of the ledger example.org/north");
    }

    private void keys() {
        verify(
                "A receipt that the wrong keys signed",
                () -> written(() -> north.set(3, moved.receiptBySomebodyElse())),
                5,
                "entry 3 (tile/entries/000, 3): no Ed25519 signature by entry key");
        verify(
                "A receipt that the TLS key signed",
                () -> written(() -> north.set(3, moved.receiptByTlsKey())),
                5,
                "entry 3 (tile/entries/000, 3): the Ed25519 signature by entry key (digest) does not verify");
        verify(
                "A key binding that nobody signed",
                () -> written(() -> north.set(0, north.signedBySomebodyElse(0))),
                5,
                "entry 0 (tile/entries/000, 0): no Ed25519 signature by entry key (digest)");
        verify(
                "A key binding that the keys before have not signed",
                () -> {
                    TestLedger fresh =
                            new TestLedger("spiffe://example.org/north", Files.createTempDirectory(temp, "fresh"));
                    fresh.rekeyUnsigned();
                    erase();
                    fresh.write(copy);
                },
                5,
                "entry 1 (tile/entries/000, 1): no Ed25519 signature by entry key");
        verify(
                "A whole ledger of somebody who took the name",
                () -> {
                    TestLedger fresh =
                            new TestLedger("spiffe://example.org/north", Files.createTempDirectory(temp, "fresh"));
                    fresh.refuse(1);
                    erase();
                    fresh.write(copy);
                },
                9,
                "no key that the trust file lists for the log example.org/north has signed it",
                "its key proof does not chain to a listed anchor");
    }

    private void proofs() {
        command(
                "A proof, unchanged",
                () -> proof(text -> text),
                "ledger check-proof PROOF --entry ENTRY --trust TRUST",
                0,
                "proves that this entry is in the log");
        command(
                "A proof with another index",
                () -> proof(text -> text.replace("\nindex 3\n", "\nindex 4\n")),
                "ledger check-proof PROOF --entry ENTRY --trust TRUST",
                5,
                "the proof does not lead from entry 4 to the root of the log of 300");
        command(
                "A proof with another size",
                () -> proof(text -> text.replace("\n300\n", "\n301\n")),
                "ledger check-proof PROOF --entry ENTRY --trust TRUST",
                5,
                "log-signature",
                "on the log checkpoint of example.org/north at size 301 does not verify");
        command(
                "A proof with an index beyond the log",
                () -> proof(text -> text.replace("\nindex 3\n", "\nindex 300\n")),
                "ledger check-proof PROOF --entry ENTRY --trust TRUST",
                5,
                "a proof for entry 300 of a log of 300");
        command(
                "A proof of another entry",
                () -> {
                    proof(text -> text);
                    Files.write(temp.resolve("entry"), north.entry(5));
                },
                "ledger check-proof PROOF --entry ENTRY --trust TRUST",
                5,
                "DOES NOT PROVE");
    }

    private void two() {
        command(
                "Two ledgers, unchanged",
                () -> {},
                "ledger diff NORTH SOUTH --trust TRUST",
                0,
                "one receipt is in both");
        command(
                "The same receipt in other envelope bytes",
                () -> written(() -> north.set(3, moved.receiptAgain())),
                "ledger diff NORTH SOUTH --trust TRUST",
                5,
                "receipt-differs",
                "example.org/north: entry 3 (tile/entries/000, 3): this receipt has other bytes in the ledger example.net/south, entry 4");
        command(
                "A receipt that one side never logged",
                () -> written(() -> north.set(3, north.entry(10))),
                "ledger diff NORTH SOUTH --trust TRUST",
                9,
                "example.net/south: entry 4 (tile/entries/000, 4): this receipt is not in the ledger example.org/north");
        command(
                "A second history, signed by the log",
                () -> {
                    copy("north", "old");
                    written(() -> north.set(200, north.entry(201)));
                },
                "ledger fork-check OLD NORTH",
                5,
                "FORK at 300 entries",
                "both are signed by example.org/north+(key)",
                "HAS FORKED");
        command(
                "A log that goes on from another history",
                () -> {
                    copy("north", "old");
                    written(() -> {
                        north.set(200, north.entry(201));
                        north.refuse(1000);
                    });
                },
                "ledger consistency OLD NORTH",
                5,
                "DOES NOT GO ON from that of 300");
    }

    // ---- tools

    /** Changes the daemon's own memory, writes and signs it all anew, and forgets the change. */
    private void written(Runnable change) throws IOException {
        List<byte[]> before = new ArrayList<>();
        for (int i = 0; i < north.size(); i++) {
            before.add(north.entry(i));
        }
        change.run();
        erase();
        north.write(copy);
        north.restore(before);
    }

    private void erase() throws IOException {
        try (Stream<Path> walk = Files.walk(copy)) {
            for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static byte[] flip(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }

    private static String swap(String text, int at) {
        return text.substring(0, at) + (text.charAt(at) == 'A' ? 'B' : 'A') + text.substring(at + 1);
    }

    private void change(String file, UnaryOperator<byte[]> change) throws IOException {
        Path path = copy.resolve(file);
        Files.write(path, change.apply(Files.readAllBytes(path)));
    }

    private void note(UnaryOperator<String> change) throws IOException {
        change("checkpoint", bytes -> change.apply(new String(bytes, UTF_8)).getBytes(UTF_8));
    }

    private void blob(UnaryOperator<byte[]> change) throws IOException {
        try (Stream<Path> blobs = Files.list(copy.resolve("blobs/sha256"))) {
            Path blob = blobs.findFirst().orElseThrow();
            byte[] changed = change.apply(Files.readAllBytes(blob));
            if (changed == null) {
                Files.delete(blob);
            } else {
                Files.write(blob, changed);
            }
        }
    }

    private interface Entries {
        void change(List<byte[]> entries);
    }

    private void bundle(String file, int width, Entries change) throws IOException {
        change(file, bytes -> {
            List<byte[]> entries = new ArrayList<>(Bundle.read(bytes, width));
            change.change(entries);
            return Bundle.write(entries);
        });
    }

    private void changeEntry(int index, UnaryOperator<byte[]> change) throws IOException {
        bundle("tile/entries/001.p/44", 44, list -> list.set(index - 256, change.apply(list.get(index - 256))));
    }

    private static byte[] forged(byte[] entry) {
        Dsse good = Dsse.parse(entry);
        byte[] payload = new String(good.payload(), UTF_8)
                .replace("\"count\":1", "\"count\":2")
                .getBytes(UTF_8);
        return new Dsse(payload, good.signatures()).encode();
    }

    private void forge() throws IOException {
        byte[] forged = forged(north.entry(290));
        changeEntry(290, entry -> forged);
        change("tile/0/001.p/44", bytes -> {
            Merkle.leaf(forged).copyTo(bytes, 34 * Hash32.BYTES);
            return bytes;
        });
    }

    private void proof(UnaryOperator<String> change) {
        Path proof = temp.resolve("proof");
        Path entry = temp.resolve("entry");
        try {
            Files.deleteIfExists(proof);
            Files.deleteIfExists(entry);
            assertThat(shell.run(
                            "ledger",
                            "prove",
                            copy.toString(),
                            "3",
                            "--out",
                            proof.toString(),
                            "--entry",
                            entry.toString()))
                    .isZero();
            Files.writeString(proof, change.apply(Files.readString(proof)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
