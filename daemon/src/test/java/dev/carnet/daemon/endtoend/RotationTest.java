package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.Transfer;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.transfer.FastDisk;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** CAs that give out leaves of a few seconds, with a new key each, and two real daemons between which a transfer outlives ten on each side. */
@Timeout(180)
class RotationTest {
    private static final List<String> SITES = List.of("sender", "receiver");
    private static final Duration LIFE = Duration.ofSeconds(8);
    private static final Duration FIRST = Duration.ofSeconds(16); // daemons may take their time to start
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final int LEAVES = 14;
    private static final int RENEWALS_MIN = 3;
    private static final int FILES = 220; // half of their bytes compress to nothing
    private static final int FILE_BYTES = 256 << 10;
    private static final long RATE = 1 << 20;
    private static final Pattern ENDED = Pattern.compile("the session ([0-9a-f]{32}) with \\S+ has ended: (.*)");

    @TempDir(factory = FastDisk.class)
    private Path work;

    private final Map<String, Authority> authorities = new HashMap<>();
    private int issued;

    /** Its certificates of one day end as long from now. */
    private static Identities ending(Duration fromNow) {
        return new Identities(
                InstantSource.offset(InstantSource.system(), fromNow.minus(Duration.ofDays(1))), new SecureRandom());
    }

    private void begin(TwoSites sites) throws Exception {
        Identities longAgo =
                new Identities(InstantSource.offset(InstantSource.system(), Duration.ofDays(-2)), new SecureRandom());
        for (String site : SITES) {
            Path folder = work.resolve(site + "-rotating");
            authorities.put(site, longAgo.makeAuthority(site + ".example", folder));
            for (String other : SITES) {
                Files.copy(
                        folder.resolve(Identities.CA_CERTIFICATE),
                        sites.folder(other).resolve("trust-" + site + ".pem"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        issue(sites, FIRST);
    }

    /** A new key and its leaf for each site, put in place as `carnet identity install` does. */
    private void issue(TwoSites sites, Duration life) throws Exception {
        Identities identities = ending(life);
        for (String site : SITES) {
            Path fresh = work.resolve("leaf-" + ++issued);
            Path request = identities.request(SpiffeId.parse("spiffe://" + site + ".example/carnetd"), fresh);
            Path leaf = fresh.resolve("leaf.pem");
            Path authority = work.resolve(site + "-rotating");
            assertThat(identities
                            .sign(authority, request, leaf, 1)
                            .getNotAfter()
                            .toInstant())
                    .isBefore(Instant.now().plus(life).plusSeconds(1));
            identities.install(
                    leaf,
                    authority.resolve(Identities.CA_CERTIFICATE),
                    fresh.resolve(Identities.KEY),
                    sites.folder(site).resolve("identity"));
        }
    }

    @Test
    void a_transfer_outlives_ten_leaves_of_each_side_and_does_not_stand_still() throws Exception {
        try (TwoSites sites = new TwoSites(
                work, "flush-window-min = \"8MiB\"\nflush-window-max = \"8MiB\"\nflush-interval = \"200ms\"")) {
            int[] sizes = new int[FILES];
            Arrays.fill(sizes, FILE_BYTES);
            Checkpoints.make(sites.out().resolve("model"), 3, sizes);
            begin(sites);
            sites.startBoth();
            issue(sites, LIFE);
            String id = sites.push(sites.out().resolve("model"), "model", RATE).id();
            sites.await(sites.sender(), id, transfer -> transfer.bytesDone() > 0);

            long longest = 0;
            long bytes = 0;
            long moved = System.nanoTime();
            long next = System.nanoTime();
            for (int leaves = 0; leaves < LEAVES; ) {
                if (System.nanoTime() >= next) {
                    issue(sites, LIFE);
                    next += BETWEEN.toNanos();
                    leaves++;
                }
                Transfer now = sites.sender().client().transfer(id);
                if (now.bytesDone() > bytes) {
                    bytes = now.bytesDone();
                    longest = Math.max(longest, System.nanoTime() - moved);
                    moved = System.nanoTime();
                }
                assertThat(now.finished())
                        .as("it is to outlive them: " + now.json().members())
                        .isFalse();
                DaemonProcess.pause();
            }
            Map<String, String> ends = ends(sites);
            long renewed = ends.values().stream()
                    .filter(why -> why.contains("a newer connection"))
                    .count();
            assertThat(renewed).as("sessions that were renewed: " + ends).isGreaterThanOrEqualTo(RENEWALS_MIN);
            assertThat(ends.size() - renewed)
                    .as("sessions that ended otherwise; on a very busy machine one may come too late: " + ends)
                    .isLessThanOrEqualTo(1);
            assertThat(TimeUnit.NANOSECONDS.toMillis(longest))
                    .as("the longest time without a byte, ms; the life of a certificate is longer")
                    .isLessThan(LIFE.toMillis());

            Transfer sent = awaitEnd(sites, id);
            assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
            assertThat(sent.attempt()).isLessThanOrEqualTo(ends(sites).size() + 1L);
            Checkpoints.assertSame(sites.out().resolve("model"), sites.in().resolve("model"));
        }
    }

    private Transfer awaitEnd(TwoSites sites, String id) throws Exception {
        while (!sites.sender().client().transfer(id).finished()) {
            issue(sites, LIFE);
            TimeUnit.MILLISECONDS.sleep(BETWEEN.toMillis());
        }
        return sites.awaitEnd(sites.sender(), id);
    }

    /** How each session has ended, in the words of both sides. */
    private static Map<String, String> ends(TwoSites sites) {
        Map<String, String> all = new TreeMap<>();
        for (DaemonProcess daemon : List.of(sites.sender(), sites.receiver())) {
            Matcher matcher = ENDED.matcher(daemon.log());
            while (matcher.find()) {
                all.merge(matcher.group(1), matcher.group(2), (one, other) -> one + " / " + other);
            }
        }
        return all;
    }
}
