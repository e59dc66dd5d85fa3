package dev.carnet.daemon;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms of the daemon, the arrows between them, and what each may hold. Arrows point down only. */
class ArchitectureTest {
    private static final String DAEMON = "dev.carnet.daemon";

    /** A room, and the rooms below it that it may use. Whatever is not named here is not allowed. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry(
                    "api",
                    Set.of(
                            "question",
                            "catalogue",
                            "transfer",
                            "transport",
                            "volume",
                            "state",
                            "ledger",
                            "policy",
                            "config",
                            "doctor")),
            Map.entry("audit", Set.of("transport")),
            Map.entry("doctor", Set.of("transport", "volume", "config")),
            Map.entry("question", Set.of("transfer", "transport", "volume", "state", "ledger", "policy")),
            Map.entry("catalogue", Set.of("transfer", "state", "ledger", "policy")),
            Map.entry("transfer", Set.of("transport", "volume", "state", "ledger", "policy", "fault")),
            Map.entry("transport", Set.of()),
            Map.entry("volume", Set.of("fault")),
            Map.entry("state", Set.of()),
            Map.entry("ledger", Set.of("state", "fault")),
            Map.entry("merkle", Set.of("state", "ledger", "fault")),
            Map.entry("witness", Set.of("merkle", "transfer", "transport", "state", "ledger", "policy")),
            Map.entry("daybook", Set.of("state", "ledger", "policy")),
            Map.entry("policy", Set.of("config")),
            Map.entry("config", Set.of()),
            Map.entry("fault", Set.of()));

    private static final JavaClasses SHIPPED = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.carnet");

    static Stream<String> rooms() {
        return ARROWS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void a_room_knows_only_the_rooms_below_it(String room) {
        var own = in(room);
        var below = ARROWS.get(room).stream().map(ArchitectureTest::in).toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(own)
                .should()
                .dependOnClassesThat(resideInAPackage(DAEMON + "..")
                        .and(not(resideInAPackage(own)))
                        .and(not(resideInAnyPackage(below))))
                .because(
                        "arrows point down only (api -> question -> transfer -> the rest -> proto), so that a room can be"
                                + " understood, tested and replaced without what stands above it; the wiring knows them all")
                .allowEmptyShould(true) // nothing hides in an empty room: see every_package_of_the_daemon_is_a_room
                .check(SHIPPED);
    }

    @Test
    void every_package_of_the_daemon_is_a_room() {
        assertThat(SHIPPED.stream()
                        .map(c -> c.getPackageName())
                        .filter(name -> name.startsWith(DAEMON + "."))
                        .filter(name -> !ARROWS.containsKey(
                                name.substring(DAEMON.length() + 1).split("\\.")[0]))
                        .distinct())
                .as("packages that the table of arrows does not know: what it does not name it does not guard")
                .isEmpty();
    }

    @Test
    void rooms_are_free_of_cycles() {
        slices().matching(DAEMON + ".(*)..")
                .should()
                .beFreeOfCycles()
                .because("two rooms that know each other are one room with two names")
                .check(SHIPPED);
    }

    /** A library, and the only rooms that may touch it. */
    static Stream<List<String>> libraries() {
        return Stream.of(
                List.of("io.netty..", "transport", "api"),
                List.of("org.bouncycastle.tls..", "transport"),
                List.of("org.lmdbjava..", "state"),
                List.of("net.openhft..", "ledger"),
                List.of("com.github.luben..", "transfer"),
                List.of("org.tomlj..", "config"));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void a_library_stays_in_its_room(List<String> row) {
        var homes = row.stream().skip(1).map(ArchitectureTest::in).toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(row.getFirst())
                .because("the door of a room is its interface: a library that leaks through it can never be replaced")
                .check(SHIPPED);
    }

    @Test
    void the_client_does_not_know_the_daemon() {
        noClasses()
                .that()
                .resideInAPackage("dev.carnet.client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(DAEMON + "..")
                .because("they meet at the local API alone, and the command line must start at once")
                .check(SHIPPED);
    }

    @Test
    void proto_knows_nobody() {
        noClasses()
                .that()
                .resideInAPackage("dev.carnet.proto..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        DAEMON + "..", "dev.carnet.client..", "java.net..", "java.nio.channels..", "org.slf4j..")
                .because("what two parties must agree on has no sockets, no stores and no log: an auditor's tool"
                        + " needs only this")
                .check(SHIPPED);
    }

    @Test
    void proto_has_no_threads() {
        noClasses()
                .that()
                .resideInAPackage("dev.carnet.proto..")
                .should()
                .dependOnClassesThat(resideInAPackage("java.util.concurrent..")
                        .and(not(resideInAPackage("java.util.concurrent.atomic")))
                        .and(not(simpleNameStartingWith("Concurrent")))) // being safe for threads is not having them
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .because(
                        "a format is a function of bytes: who runs it, and on how many cores, is its caller's business")
                .check(SHIPPED);
    }

    @Test
    void only_the_wiring_reads_the_wall_clock() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.carnet.proto..", DAEMON + ".*..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Clock.class, "systemDefaultZone")
                .because("time comes in through constructors, so that a test can own it")
                .check(SHIPPED);
    }

    @Test
    void proto_measures_no_time() {
        noClasses()
                .that()
                .resideInAPackage("dev.carnet.proto..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .because("the same bytes have the same meaning at any moment")
                .check(SHIPPED);
    }

    @Test
    void nobody_interrupts_a_thread_that_does_file_io() {
        noClasses()
                .that()
                .resideInAnyPackage(in("volume"), in("transfer"))
                .should()
                .callMethod(ExecutorService.class, "shutdownNow")
                .because("an interrupt closes the file channel for everyone who shares it: cancel by flag")
                .check(SHIPPED);
    }

    @Test
    void every_package_is_null_marked() {
        assertThat(SHIPPED.stream()
                        .map(c -> c.getPackage())
                        .distinct()
                        .filter(p -> !generated(p))
                        .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                        .map(JavaPackage::getName))
                .as("packages without @NullMarked in a package-info")
                .isEmpty();
    }

    /** Protobuf's code: all of its classes come from files that a .proto names. */
    private static boolean generated(JavaPackage p) {
        return p.getClasses().stream()
                .filter(c -> c.isTopLevelClass())
                .anyMatch(c -> c.isAssignableTo("com.google.protobuf.GeneratedFile"));
    }

    private static String in(String room) {
        return DAEMON + "." + room + "..";
    }
}
