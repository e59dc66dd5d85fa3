package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.custody.report.HtmlReport;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.log.LogProof;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HtmlReportTest {
    private static final String HOSTILE = "<img src=x onerror=\"alert(1)\">/'&amp;'\u202egnp.\ud83d\ude00";

    @TempDir
    Path temp;

    private static String write(Custody custody) throws IOException {
        StringBuilder text = new StringBuilder();
        HtmlReport.write(
                custody,
                new HtmlReport.About(Optional.of("<b>trust</b>"), Instant.parse("2026-03-10T09:00:00Z")),
                text);
        return text.toString();
    }

    /** Whatever is well-formed XML and has no empty elements of HTML's own making is read by every HTML parser the same way. */
    private static Document parsed(String html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(UTF_8)));
    }

    private static List<Element> elements(Document page) {
        NodeList all = page.getElementsByTagName("*");
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) {
            elements.add((Element) all.item(i));
        }
        return elements;
    }

    /** Nothing is fetched, nothing runs, and every link ends in the page or holds its bytes. */
    private static void assertAlone(String html) throws Exception {
        Set<String> ids = new HashSet<>();
        List<Element> elements = elements(parsed(html));
        for (Element element : elements) {
            assertThat(element.getTagName())
                    .isNotIn("script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use");
            if (element.hasAttribute("id")) {
                assertThat(ids.add(element.getAttribute("id"))).as("one id").isTrue();
            }
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                assertThat(element.getAttributes().item(i).getNodeName())
                        .doesNotStartWith("on")
                        .isNotIn("style", "src", "srcset", "xlink:href", "action", "background");
            }
        }
        for (Element element : elements) {
            String link = element.getAttribute("href");
            if (link.startsWith("#")) {
                assertThat(ids).contains(link.substring(1));
            } else if (!link.isEmpty()) {
                assertThat(link).matches("data:[a-z/]+;base64,[A-Za-z0-9+/]+=*");
            }
            String marker = element.getAttribute("marker-end");
            assertThat(marker.isEmpty() || ids.contains(marker.substring(5, marker.length() - 1)))
                    .isTrue();
        }
        String sheet = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        assertThat(sheet).doesNotContain("url(", "@import");
        String digest = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(sheet.getBytes(UTF_8)));
        assertThat(html)
                .contains("content=\"default-src 'none'; style-src 'sha256-" + digest
                        + "'; base-uri 'none'; form-action 'none'\"");
    }

    private Custody audited(Example example) throws Exception {
        List<LedgerFiles> files = new ArrayList<>();
        example.write().forEach(path -> files.add(new DirectoryFiles(path)));
        Trust trust = Trust.parse(
                WrittenLedgers.trust(example.given, example.observer).getBytes(UTF_8));
        return Custody.audit(files, trust, new AuditProgress());
    }

    @Test
    void the_report_stands_alone_and_says_all() throws Exception {
        Custody custody = audited(new Example(temp));
        assertThat(custody.ledgers()).extracting(GivenLedger::verdict).containsOnly(Verdict.VERIFIES);
        String html = write(custody);
        assertAlone(html);
        assertThat(html)
                .contains(
                        "All 4 ledgers verify, and the trust file vouches for each; 1 ledger that is named there was not given.")
                .contains("ledger.example.org/edge-7 of spiffe://example.org/carnet/edge-7")
                .contains("not later than 2026-03-09 12:00:00 UTC")
                .contains("What a log cannot prove")
                .contains("no copy on record");
        for (State state : List.of(
                State.HELD,
                State.SOURCE,
                State.DESTROYED,
                State.RECEIPTED,
                State.PARTIAL,
                State.ONE_SIDED,
                State.POSSIBLE)) {
            assertThat(html)
                    .contains(" " + state.label() + "</span>")
                    .contains(state.meaning().replace("'", "&#39;"));
        }
        assertThat(html).contains("arrow unsure dashed").contains("copy gone");
    }

    @Test
    void every_entry_that_is_carried_is_proved_by_what_is_carried_with_it() throws Exception {
        Custody custody = audited(new Example(temp));
        Matcher pair = Pattern.compile(
                        "href=\"data:application/json;base64,([^\"]+)\">raw bytes</a> \\(\\d+ bytes\\) · "
                                + "<a download=\"entry-(\\d+).tlog-proof\" href=\"data:text/plain;base64,([^\"]+)\"")
                .matcher(write(custody));
        Set<String> seen = new HashSet<>();
        while (pair.find()) {
            byte[] entry = Base64.getDecoder().decode(pair.group(1));
            LogProof proof = LogProof.parse(Base64.getDecoder().decode(pair.group(3)));
            proof.check(entry);
            assertThat(proof.index()).isEqualTo(Long.parseLong(pair.group(2)));
            assertThat(Statement.read(Dsse.parse(entry).payload()).daemon()).startsWith("spiffe://example.org/");
            seen.add(proof.checkpoint().checkpoint().origin() + " " + proof.index());
        }
        Set<String> wanted = new HashSet<>();
        custody.checkpoints(checkpoint -> checkpoint
                .copies()
                .forEach(copy -> copy.entries().forEach(entry -> wanted.add(entry.origin() + " " + entry.index()))));
        custody.ledgers().forEach(ledger -> wanted.add(ledger.origin() + " 0")); // the key bindings
        assertThat(seen).isEqualTo(wanted);
    }

    @Test
    void a_ledger_that_has_changed_since_it_was_verified_says_so_where_its_entry_would_be() throws Exception {
        Example example = new Example(temp);
        Custody custody = audited(example);
        Path bundle = example.written.directory(example.trainer).resolve("tile/entries/000.p/7");
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[40] ^= 1;
        Files.write(bundle, bytes);
        String html = write(custody);
        assertAlone(html);
        assertThat(html).contains("It could not be read a second time: ");
    }

    @Test
    void a_key_proof_that_is_another_one_now_is_not_carried() throws Exception {
        Example example = new Example(temp);
        Custody custody = audited(example);
        assertThat(write(custody).split("download=\"key-proof.json\"", -1)).hasSize(5);
        try (Stream<Path> blobs =
                Files.walk(example.written.directory(example.trainer).resolve("blobs"))) {
            for (Path blob : blobs.filter(Files::isRegularFile).toList()) {
                Files.writeString(blob, "{}");
            }
        }
        assertThat(write(custody).split("download=\"key-proof.json\"", -1)).hasSize(4);
    }

    @Test
    void what_another_ledger_contradicts_stands_out() throws Exception {
        Example example = new Example(temp);
        List<LedgerFiles> files = new ArrayList<>();
        List<Path> written = new ArrayList<>(example.write());
        written.set(1, example.writeForged(temp.resolve("forged")));
        written.forEach(path -> files.add(new DirectoryFiles(path)));
        Custody custody = Custody.audit(files, Trust.parse(example.trust().getBytes(UTF_8)), new AuditProgress());
        assertThat(custody.verdict()).isEqualTo(Verdict.WRONG);
        String html = write(custody);
        assertAlone(html);
        assertThat(html)
                .contains("<p class=\"verdict bad\">")
                .contains(" CONTRADICTED by another ledger")
                .contains("What the other ledgers do not bear out:")
                .contains("<small class=\"bad\">receipt-signature: archive <a href=\"#e");
    }

    @Test
    void what_hangs_on_a_ledger_that_was_not_heard_stands_out() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        Diary south = new Diary("south", clock);
        Diary.whole(Move.of(1, north, south, "n"), clock);
        String html = write(Diary.custody(south));
        assertAlone(html);
        assertThat(html)
                .contains("◆ source !</span><small>not heard: ledger.example.org/north</small>")
                .contains("● held !</span><small>not heard: ledger.example.org/north</small>")
                .contains("1 copy is source by the word of others")
                .contains("2 copies of 1 checkpoint, 2 of them uncertain.");
        assertThat(write(Diary.custody(north, south)))
                .doesNotContain("not heard")
                .contains("none of them uncertain");
    }

    @Test
    void names_that_look_alike_do_not() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        Diary south = new Diary("south", clock);
        int number = 0;
        for (String name :
                List.of("a\u3164", "a\\u{3164}", "a\u0301\u0302", "a" + "\u0301".repeat(7), "\u2764\ufe0f")) {
            north.intent(Move.of(++number, north, south, name));
        }
        assertThat(write(Diary.custody(north)))
                .contains("models/a\\u{3164}<", "models/a\\x5cu{3164}<", "models/a\u0301\u0302<")
                .contains("models/a" + "\u0301".repeat(4) + "\\u{301}\\u{301}\\u{301}<")
                .contains("models/\u2764\\u{fe0f}<");
    }

    @Test
    void a_thousand_missing_ledgers_do_not_hide_what_else_stands_out() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        for (int i = 0; i < 1000; i++) {
            north.intent(Move.of(i, north, new Diary("south-" + i, clock), "n"));
        }
        Summary summary = Summary.of(Diary.custody(north));
        assertThat(summary.standsOut())
                .hasSizeLessThan(30)
                .contains("Besides, 980 more ledgers that are named were not given.")
                .anyMatch(sentence -> sentence.startsWith("1000 copies are possible"));
    }

    @Test
    void no_ledger_goes_by_the_name_of_another() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary one = new Diary("example.org", "north", clock);
        Diary other = new Diary("example.net", "north", clock);
        Diary.whole(Move.of(1, one, other, "n"), clock);
        assertThat(write(Diary.custody(one, other)))
                .contains("<b>ledger.example.org/north</b>")
                .contains("<b>ledger.example.net/north</b>")
                .doesNotContain("<b>north</b>");
    }

    @Test
    void names_of_strangers_are_words_and_nothing_else() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        Diary south = new Diary("south\"><script>x</script>", clock);
        Move move = Move.of(1, north, south, HOSTILE);
        north.intent(move);
        String html = write(Diary.custody(north));
        assertAlone(html);
        assertThat(html)
                .contains("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;/&#39;&amp;amp;&#39;\\u{202e}gnp.\ud83d\ude00")
                .contains("&lt;script&gt;x&lt;/script&gt;")
                .contains("&lt;b&gt;trust&lt;/b&gt;")
                .doesNotContain("\u202e");
    }

    @Test
    void a_drawing_has_so_many_copies_and_the_table_all() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        List<Diary> all = new ArrayList<>(List.of(north));
        for (int i = 0; i < 60; i++) {
            Diary south = new Diary("south-" + i, clock);
            all.add(south);
            Diary.whole(Move.of(i, north, south, "n"), clock);
        }
        String html = write(Diary.custody(all));
        assertAlone(html);
        assertThat(html).contains("The drawing shows the first 40 of 61 copies; the table has all.");
        assertThat(html.split("<th scope=\"row\">", -1)).hasSize(62);
    }

    @Test
    void copies_that_go_round_in_a_circle_are_drawn() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        Diary south = new Diary("south", clock);
        Move there = Move.of(1, north, south, "n");
        there.destination().intent(there);
        there.destination().publishing(there);
        Move back = there.onTo(2, north);
        back.destination().intent(back);
        back.destination().publishing(back);
        assertAlone(write(Diary.custody(north, south)));
    }

    @Test
    void what_does_not_verify_is_said_first() throws Exception {
        Diary.Clock clock = new Diary.Clock();
        Diary north = new Diary("north", clock);
        Diary south = new Diary("south", clock);
        Diary.whole(Move.of(1, north, south, "n"), clock);
        south.verdict = Verdict.WRONG;
        String html = write(Diary.custody(north, south));
        assertAlone(html);
        assertThat(html)
                .contains("1 of 2 ledgers cannot be believed: what is in there is left out here.")
                .contains("The ledger ledger.example.org/south does not verify")
                .contains("✕ wrong: it does not verify");
    }
}
