package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_ALLOWED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read: the same that the kernel would let read, asked of the kernel itself. Needs root and {@code python3}. */
class ReaderTest {
    private static final int CASES = Integer.getInteger("carnet.cases", 400);

    @TempDir
    Path root;

    /** Makes files with modes, owners and ACLs by chance, below directories that are made so, too; then, as a user by chance, tries to read each, and to list. */
    private static final String KERNEL = """
            import os, random, struct, sys
            root, seed, cases = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
            random.seed(seed)
            ids = [61001, 61002, 61003]
            def acl(path, directory):
                e = lambda t, i=0xffffffff: struct.pack("<HHI", t, random.choice([0, 1, 4, 5, 7]), i)
                users = sorted(random.sample(ids, random.randint(0, 2)))
                groups = sorted(random.sample(ids, random.randint(0, 2)))
                value = struct.pack("<I", 2) + e(1) + b"".join(e(2, u) for u in users) + e(4) + b"".join(e(8, g) for g in groups) + e(16) + e(32)
                os.setxattr(path, "system.posix_acl_access", value)
            def dress(path):
                os.chown(path, random.choice(ids), random.choice(ids))
                os.chmod(path, random.choice([0o777, 0o755, 0o750, 0o711, 0o705, 0o070, 0o044, 0o640, 0o604, 0o440, 0o000]))
                if random.random() < 0.5:
                    acl(path, False)
            made = []
            for i in range(cases):
                d = "%s/c%d" % (root, i)
                os.mkdir(d)
                os.mkdir(d + "/m")
                with open(d + "/m/f", "w") as f:
                    f.write("x")
                dress(d + "/m/f")
                for directory in (d + "/m", d):
                    os.chmod(directory, 0o755)
                    if random.random() < 0.5:
                        dress(directory)
                made.append(d)
            for i, d in enumerate(made):
                uid, gid = random.choice(ids), random.choice(ids)
                groups = random.sample(ids, random.randint(0, 2))
                r, w = os.pipe()
                if os.fork() == 0:
                    os.setgroups(groups); os.setresgid(gid, gid, gid); os.setresuid(uid, uid, uid)
                    def can(act):
                        try:
                            act()
                            return 1
                        except PermissionError:
                            return 0
                    file = can(lambda: open(d + "/m/f").read())
                    tree = can(lambda: (os.listdir(d + "/m"), open(d + "/m/f").read()))
                    os.write(w, b"%d%d" % (file, tree))
                    os._exit(0)
                os.wait()
                result = os.read(r, 2).decode()
                os.close(r); os.close(w)
                print(i, uid, " ".join(map(str, [gid] + groups)), result[0], result[1], sep=",")
            """;

    @Test
    void the_kernel_decides_alike() throws Exception {
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(root, "unix:uid")), "skipped: only root can be others");
        long seed = Long.getLong("carnet.seed", System.nanoTime());
        Path script = Files.createTempFile(root, "kernel", ".py");
        Files.writeString(script, KERNEL);
        assumeTrue(
                Fixture.run("chmod", "a+rx", root.toString()) == 0
                        && Fixture.run(
                                        "python3",
                                        "-c",
                                        "import os; open('" + root + "/x','w'); os.setxattr('" + root
                                                + "/x', 'system.posix_acl_access', bytes.fromhex('0200000001000600ffffffff04000400ffffffff20000400ffffffff'))")
                                == 0,
                "skipped: needs python3, and a file system with POSIX ACLs");
        List<String> cases =
                run("python3", script.toString(), root.toString(), String.valueOf(seed), String.valueOf(CASES));
        assertThat(cases).hasSize(CASES);
        int[] allowed = new int[4];
        try (var volume = Fixture.open(root)) {
            for (String one : cases) {
                String[] parts = one.split(",");
                Reader reader = Reader.user(
                        Integer.parseInt(parts[1]),
                        Stream.of(parts[2].split(" ")).map(Integer::valueOf).collect(Collectors.toSet()));
                String as = "-Dcarnet.seed=" + seed + " " + one;
                boolean file = reads(volume, "c" + parts[0] + "/m/f", reader);
                boolean tree = walks(volume, "c" + parts[0] + "/m", reader);
                assertThat(file).as("file " + as).isEqualTo(parts[3].equals("1"));
                assertThat(tree).as("tree " + as).isEqualTo(parts[4].equals("1"));
                allowed[file ? 1 : 0]++;
                allowed[tree ? 3 : 2]++;
            }
        }
        assertThat(allowed).as("each of it happened").doesNotContain(0);
    }

    private static boolean reads(Volume volume, String path, Reader reader) {
        try (var source = volume.source(path, false, reader)) {
            source.open(".").close();
            return true;
        } catch (VolumeException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(NOT_ALLOWED);
            return false;
        }
    }

    private static boolean walks(Volume volume, String path, Reader reader) {
        try (var source = volume.source(path, false, reader)) {
            List<Member> members = new ArrayList<>();
            source.walk((member, print) -> members.add(member));
            source.open("f").close();
            assertThat(members).hasSize(2);
            return true;
        } catch (VolumeException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(NOT_ALLOWED);
            return false;
        }
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines().toList();
    }

    /** Nobody learns what lies, or does not, where it may not look: the answer is the same. */
    @Test
    void what_lies_behind_a_closed_directory_is_not_told() throws IOException {
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(root, "unix:uid")), "skipped: only root can be others");
        Path closed = Files.createDirectories(root.resolve("closed/d")).getParent();
        Files.writeString(closed.resolve("d/f"), "x");
        Files.createSymbolicLink(closed.resolve("l"), closed.resolve("d"));
        assertThat(Fixture.run("chmod", "a+rx", root.toString())).isZero();
        assertThat(Fixture.run("chmod", "700", closed.toString())).isZero();
        Reader stranger = Reader.user(61_001, Set.of(61_001));
        List<String> said = new ArrayList<>();
        try (var volume = Fixture.open(root)) {
            for (String path : List.of("closed/d/f", "closed/no/f", "closed/l/f", "closed/d/f/g")) {
                for (boolean dereference : List.of(false, true)) {
                    assertThatExceptionOfType(VolumeException.class)
                            .isThrownBy(() ->
                                    volume.source(path, dereference, stranger).close())
                            .satisfies(e -> {
                                assertThat(e.kind()).isEqualTo(NOT_ALLOWED);
                                said.add(String.valueOf(e.getMessage()).replaceAll("closed/[^ ]*", "PATH"));
                            });
                }
            }
        }
        assertThat(said.stream().distinct()).as("sentences").hasSize(1);
    }

    @Test
    void nothing_is_asked_for_the_daemon_and_for_root() throws IOException {
        Files.createDirectory(root.resolve("d"));
        Files.writeString(root.resolve("d/f"), "x");
        assertThat(Fixture.run("chmod", "000", root.resolve("d/f").toString())).isZero();
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(root, "unix:uid")), "skipped: needs root");
        try (var volume = Fixture.open(root)) {
            for (Reader reader : List.of(Reader.DAEMON, Reader.user(0, Set.of(0)))) {
                assertThat(walks(volume, "d", reader)).isTrue();
            }
            assertThat(walks(volume, "d", Reader.user(61_001, Set.of(0)))).isFalse();
        }
    }

    @Test
    void a_reader_is_named_by_its_number() {
        assertThat(Reader.user(-2, Set.of()).who()).isEqualTo("uid 4294967294");
    }
}
