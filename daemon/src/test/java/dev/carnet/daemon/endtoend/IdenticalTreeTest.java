package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.client.ApiException;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory goes in and an identical one comes out, by the eyes of find, stat and diff. */
class IdenticalTreeTest {
    @TempDir
    private static Path work;

    private static TwoSites sites;

    @BeforeAll
    static void start() {
        sites = new TwoSites(work, "flush-interval = \"200ms\"");
        sites.startBothIn("C"); // the harder case: what comes through here comes through in every locale
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    private static Path source(String name, String script) {
        Path made = sites.out().resolve(name);
        var _ = Shell.run(sites.out(), "mkdir '" + name + "'; cd '" + name + "'; " + script);
        return made;
    }

    private static Transfer moved(Path source, String name) {
        Transfer sent = sites.awaitEnd(sites.sender(), sites.push(source, name).id());
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        return sent;
    }

    /** Path, type, mode without set-id and sticky bits, mtime to the nanosecond, size of each member. */
    private static List<String> members(Path root) {
        String found = Shell.run(root, "find . -printf '%P|%y|%m|%T@|%s\\0' | sort -z");
        return Arrays.stream(found.split("\0")).map(IdenticalTreeTest::member).toList();
    }

    private static String member(String line) {
        String[] part = line.split("\\|", -1);
        int mode = Integer.parseInt(part[2], 8) & 0777;
        return part[0] + " " + part[1] + " " + Integer.toOctalString(mode) + " " + part[3] + " "
                + (part[1].equals("d") ? "" : part[4]);
    }

    private static void assertIdentical(Path source, Path published) {
        assertThat(members(published)).containsExactlyElementsOf(members(source));
        assertThat(Shell.run(work, "diff -r '" + source + "' '" + published + "'"))
                .isEmpty();
    }

    private static void comesThrough(String name, String script) {
        Path from = source(name, script);
        Transfer sent = moved(from, name);
        Path published = sites.in().resolve(name);
        assertIdentical(from, published);
        assertThat(sent.files())
                .isEqualTo(Long.parseLong(
                        Shell.run(from, "find . -type f -printf x | wc -c").strip()));
    }

    @Test
    void names() {
        comesThrough("names", """
                n255=$(printf 'n%.0s' {1..255})
                u255=$(printf '\\xc3\\xa9%.0s' {1..127})x
                printf 1 > ' two  spaces '; printf 2 > $'new\\nline'; printf 3 > $'tab\\tbell\\ax7f\\x7f'; printf 4 > 'back\\slash'
                printf 5 > $'\\xc3\\xa9'; printf 6 > $'e\\xcc\\x81'; printf 7 > $'\\xf0\\x9f\\x93\\xa6'; printf 8 > $'\\xef\\xbf\\xbd'
                mkdir "$n255" "$u255"; printf 9 > "$n255/$n255"; printf 10 > "$u255/$u255"
                printf 11 > '-rf'; printf 12 > '*'; printf 13 > '"'; printf 14 > "'"; printf 15 > '...'; printf 16 > '..c'
                mkdir a; printf 17 > a/b; printf 18 > a-b; printf 19 > a.b; mkdir .carnets; printf 20 > .carnets/x
                mkdir 'a b'; mkdir $'d\\n'; printf 21 > $'d\\n/e'
                """);
    }

    @Test
    void depth_and_emptiness() {
        comesThrough("deep", """
                d=$(printf 'd/%.0s' {1..63}); mkdir -p "$d"; printf end > "${d}f"
                mkdir -p e/m/p/t/y empty; : > zero; : > e/zero; printf '*.bin filter=lfs\\n' > .gitattributes
                : > .hidden; mkdir .git; printf ref > .git/HEAD
                """);
    }

    @Test
    void sizes_around_a_chunk() {
        comesThrough("sizes", """
                for n in 0 1 1023 1024 1025 4194303 4194304 4194305 8388608 8388609; do head -c $n /dev/urandom > random-$n; done
                for n in 1 4194303 4194304 4194305; do head -c $n /dev/zero > zero-$n; done
                (yes carnet || true) | head -c 4194305 > text
                """);
    }

    @Test
    void modes() {
        assumeTrue(Shell.can(work, "test $(id -u) = 0"), "modes without a read permission can be read by root alone");
        comesThrough("modes", """
                for m in 0000 0100 0400 0444 0600 0644 0755 0777 4755 2755 1755 7777; do printf $m > f$m; chmod $m f$m; done
                for m in 0000 0500 0555 0700 0755 0777 1777 2775; do mkdir d$m; printf $m > d$m/f; chmod $m d$m; done
                chmod 0510 .
                """);
        // dropped by name, not by chance of the comparison
        Path published = sites.in().resolve("modes");
        assertThat(Shell.run(published, "find . -perm /7000")).isEmpty();
        assertThat(Shell.run(published, "stat -c %a f4755 d1777 . f0000 | tr '\\n' ' '"))
                .isEqualTo("755 777 510 0 ");
    }

    @Test
    void times() {
        comesThrough("times", """
                t() { printf x > "$1"; touch -d "$2 UTC" "$1"; }
                t ns '2024-02-29 12:34:56.123456789'; t one '1970-01-01 00:00:00.000000001'; t epoch '1970-01-01 00:00:00'
                t before '1969-12-31 23:59:59.999999999'; t half '1969-12-31 23:59:59.5'; t moon '1969-07-20 20:17:40.123456789'
                t old '1902-01-01 00:00:00.25'; t later '2040-01-01 00:00:00.75'
                mkdir d; printf x > d/x; touch -d '1969-01-01 00:00:00.000000001 UTC' d; touch -d '2001-09-09 01:46:40.9 UTC' .
                """);
    }

    @Test
    void many_small_files() {
        comesThrough(
                "many",
                "for i in $(seq 250); do mkdir -p dir-$((i % 20)); printf %d $i > dir-$((i % 20))/file-$i; done");
    }

    @Test
    void hard_links_are_files_of_their_own() {
        Path from = source("links", "printf same > a; ln a b");
        var _ = moved(from, "links");
        assertThat(Shell.run(sites.in().resolve("links"), "stat -c %h a b | tr '\\n' ' '"))
                .isEqualTo("1 1 ");
    }

    @Test
    void a_sparse_file_stays_sparse() {
        Path from = source(
                "sparse",
                "truncate -s 96M holes; printf data | dd of=holes bs=1 seek=50000000 conv=notrunc status=none; truncate -s 32M all");
        Transfer sent = moved(from, "sparse");
        assertIdentical(from, sites.in().resolve("sparse"));
        long blocks = Shell.run(sites.in().resolve("sparse"), "stat -c %b holes all")
                .lines()
                .mapToLong(Long::parseLong)
                .sum();
        assertThat(blocks * 512).as("bytes on disk of 128 MiB").isLessThanOrEqualTo(8L << 20);
        assertThat(sent.wireBytes()).isLessThan(1 << 20);
    }

    @Test
    void one_file_and_one_empty_directory() throws Exception {
        Path from = source("single", "printf alone > file; mkdir none; touch -d '2020-01-01 00:00:00.5 UTC' file none");
        var _ = moved(from.resolve("file"), "one/file");
        var _ = moved(from.resolve("none"), "one/none");
        assertThat(Files.mismatch(from.resolve("file"), sites.in().resolve("one/file")))
                .isEqualTo(-1);
        assertIdentical(from.resolve("none"), sites.in().resolve("one/none"));
    }

    /** What the API brings as text: the JVM can open no such source in this locale; a target is bytes again. */
    @Test
    void a_source_that_the_locale_cannot_name_is_refused_with_the_way_out() {
        String umlaut = "m\u00f6del";
        var _ = Shell.run(sites.out(), "mkdir $'m\\xc3\\xb6del' plain && printf x > plain/f");
        PushRequest from = new PushRequest(sites.out() + "/" + umlaut, "receiver", "in", "plain", false, 0, 0);
        assertThatThrownBy(() -> sites.sender().client().push(from))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("LC_ALL=C.UTF-8");
        Transfer sent = moved(sites.out().resolve("plain"), umlaut);
        Transfer received = sites.awaitEnd(sites.receiver(), sent.id());
        assertThat(received.published()).contains(sites.in() + "/" + umlaut);
        assertThat(sites.receiver().client().checkpoints(1_000))
                .anyMatch(c -> c.name().equals(umlaut));
        assertThat(Shell.run(sites.in(), "cat $'m\\xc3\\xb6del/f'")).isEqualTo("x");
    }

    @Test
    void the_launcher_sets_a_locale_that_can_name_everything() {
        Path checkout = Path.of("").toAbsolutePath();
        while (!Files.exists(checkout.resolve("carnetd"))) {
            checkout = checkout.getParent();
        }
        for (String locale : List.of("C", "POSIX", "")) {
            String exported =
                    Shell.run(checkout, "LC_ALL=" + locale + " bash -c '. .mvn/launch.sh; printf %s \"$LC_ALL\"'");
            assertThat(exported).isEqualTo("C.UTF-8");
        }
    }
}
