package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.custody.report.HtmlReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    Path temp;

    @Test
    void example() throws Exception {
        Example example = new Example(temp);
        List<LedgerFiles> files = new ArrayList<>();
        example.write().forEach(path -> files.add(new DirectoryFiles(path)));
        Custody custody = Custody.audit(
                files,
                Trust.parse(
                        WrittenLedgers.trust(example.given, example.observer).getBytes(UTF_8)));
        custody.ledgers()
                .forEach(ledger -> System.out.println("XX " + ledger.result().findings()));
        StringBuilder text = new StringBuilder();
        HtmlReport.write(
                custody, new HtmlReport.About(Optional.of("trust.txt"), Instant.parse("2026-03-10T09:00:00Z")), text);
        Files.writeString(Path.of("/tmp/custody.html"), text);
        assertThat(custody.ledgers()).hasSize(4);
    }
}
