package dev.carnet.daemon.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What happened, for people: a table in Markdown. */
final class Table {
    private static final Pattern NOISE =
            Pattern.compile("^\\S+ (?=INFO|WARN|ERROR)|[0-9a-f]{32}(?:[0-9a-f]{32})?|/tmp/[^ ]*/|127\\.0\\.0\\.1:\\d+");
    private static final int CELL_CHARACTERS_MAX = 170;

    private final List<String> rows = new ArrayList<>();

    synchronized void add(Misbehaviour done, Seen seen, String printed) {
        String code = seen.code().getNumber() == 0 ? "" : " **" + seen.code() + "**";
        rows.add("| " + done.role() + " | " + done.name() + " | " + seen.how() + code + " " + cell(seen.text()) + " | "
                + cell(printed) + " |");
    }

    /** Without what differs from run to run. */
    private static String cell(String text) {
        String flat = NOISE.matcher(text).replaceAll("…").replace('|', '/').replace('\n', ' ');
        return flat.length() <= CELL_CHARACTERS_MAX ? flat : flat.substring(0, CELL_CHARACTERS_MAX) + "…";
    }

    synchronized void write(Path file, String below) throws IOException {
        List<String> text = new ArrayList<>(List.of(
                "| as | what it does | what it saw | what the daemon printed, or shows in its status |",
                "|---|---|---|---|"));
        text.addAll(rows);
        text.add("");
        text.add(below);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, text);
    }
}
