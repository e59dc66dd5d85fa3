package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The class path of test daemons with everything in jar files, and an archive of its classes as a daemon has loaded and linked them (JEP 483, 514): with it a start takes three quarters of the time. Made once for each state
 * of the classes, in {@code target}, by whichever of the test processes comes first; old ones go.
 */
final class DaemonClasses {
    private static final String LOCK = "lock";
    private static final String CACHE = "classes.aot";
    private static final Pattern TEST_ONLY =
            Pattern.compile("test-classes|(junit|assertj|archunit|byte-buddy|opentest4j|apiguardian|jazzer).*");

    private static @Nullable DaemonClasses made;

    private final Path folder;
    private final String classPath;

    private DaemonClasses(Path folder, String classPath) {
        this.folder = folder;
        this.classPath = classPath;
    }

    /** Those of this build. */
    static synchronized DaemonClasses get() {
        if (made == null) {
            try {
                made = make();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made;
    }

    /** Jar files alone. */
    String classPath() {
        return classPath;
    }

    /** JVM options that make use of the archive. It is quiet about the parts that it cannot have. */
    List<String> options() {
        return List.of("-XX:AOTCache=" + folder.resolve(CACHE), "-Xlog:aot=off", "-Xlog:cds=off");
    }

    private static DaemonClasses make() throws IOException {
        List<Path> places = places();
        Path all = Files.createDirectories(target().resolve("daemon-classes"));
        Path folder = all.resolve(state(places));
        try (FileChannel lock =
                FileChannel.open(all.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var _ = lock.lock();
            DaemonClasses classes = new DaemonClasses(folder, jars(places, folder));
            Path done = folder.resolve("done");
            if (!Files.exists(done)) {
                clear(all);
                Files.createDirectories(folder);
                pack(places, folder);
                classes.train();
                Files.createFile(done);
            }
            return classes;
        }
    }

    /** Those of states before, unless they are so young that a test process beside this one may use them. */
    private static void clear(Path all) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        try (Stream<Path> before = Files.list(all)) {
            for (Path folder : before.filter(Files::isDirectory).toList()) {
                if (Files.getLastModifiedTime(folder).compareTo(old) < 0) {
                    delete(folder);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> below = Files.walk(folder)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** What a daemon is made of. */
    private static List<Path> places() {
        String surefire = System.getProperty("surefire.test.class.path");
        return Stream.of((surefire != null ? surefire : System.getProperty("java.class.path")).split(":"))
                .map(Path::of)
                .filter(place -> Files.exists(place)
                        && !TEST_ONLY.matcher(place.getFileName().toString()).matches())
                .toList();
    }

    private static Path target() {
        Path here = Path.of("").toAbsolutePath();
        Path module = Files.isDirectory(here.resolve("daemon")) ? here.resolve("daemon") : here;
        return module.resolve("target");
    }

    /** What tells one state of the classes from another: every file's name, size and time. */
    private static String state(List<Path> places) throws IOException {
        StringBuilder files = new StringBuilder(System.getProperty("java.vm.version"))
                .append(DaemonProcess.BRIEF)
                .append(Files.getLastModifiedTime(DaemonProcess.flags()));
        for (Path place : places) {
            try (Stream<Path> below = Files.walk(place)) {
                for (Path file : below.filter(Files::isRegularFile).sorted().toList()) {
                    files.append(file)
                            .append(' ')
                            .append(Files.size(file))
                            .append(' ')
                            .append(Files.getLastModifiedTime(file))
                            .append('\n');
                }
            }
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(files.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String jars(List<Path> places, Path folder) {
        List<String> path = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            path.add((Files.isDirectory(places.get(i)) ? folder.resolve(i + ".jar") : places.get(i)).toString());
        }
        return String.join(":", path);
    }

    private static void pack(List<Path> places, Path folder) throws IOException {
        for (int i = 0; i < places.size(); i++) {
            Path place = places.get(i);
            if (!Files.isDirectory(place)) {
                continue;
            }
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve(i + ".jar")));
                    Stream<Path> below = Files.walk(place)) {
                jar.setLevel(0);
                for (Path one : below.filter(Files::isRegularFile).sorted().toList()) {
                    jar.putNextEntry(new JarEntry(place.relativize(one).toString()));
                    Files.copy(one, jar);
                    jar.closeEntry();
                }
            }
        }
    }

    /** Starts a daemon, which puts down at its end what it has loaded. */
    private void train() throws IOException {
        Path work = Files.createDirectories(folder.resolve("training"));
        Path unfinished = folder.resolve("unfinished.aot");
        TwoSites sites = new TwoSites(work, "");
        List<String> command =
                new ArrayList<>(DaemonProcess.command(List.of("-XX:AOTCacheOutput=" + unfinished), classPath));
        command.addAll(List.of("--config", sites.configOf("receiver").toString(), "--allow-root"));
        try (DaemonProcess daemon =
                DaemonProcess.start(command, sites.socket("receiver"), work.resolve("log"), "C.UTF-8")) {
            int status = daemon.awaitApi().stop();
            assertThat(unfinished)
                    .as("written by a daemon that ended with " + status + ":\n" + daemon.log())
                    .exists();
        }
        Files.move(unfinished, folder.resolve(CACHE), StandardCopyOption.ATOMIC_MOVE);
        delete(work);
    }
}
