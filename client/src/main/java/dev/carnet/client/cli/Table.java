package dev.carnet.client.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns that line up. The last one is not padded, so that a long name wraps by itself. Cells are shown as {@link Shown} says. */
final class Table {
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param head a heading that begins with '>' has its column aligned to the right */
    Table(String... head) {
        right = new boolean[head.length];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < head.length; i++) {
            right[i] = head[i].startsWith(">");
            names.add(right[i] ? head[i].substring(1) : head[i]);
        }
        rows.add(names);
    }

    void row(String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(Shown.text(cell));
        }
        rows.add(row);
    }

    /** One line below the row before it, over all columns. */
    void note(String text) {
        rows.add(List.of("  " + Shown.sentence(text)));
    }

    List<String> lines() {
        int[] widths = new int[right.length];
        for (var row : rows) {
            for (int i = 0; row.size() > 1 && i < row.size(); i++) {
                widths[i] = Math.max(widths[i], Shown.width(row.get(i)));
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        if (row.size() == 1) {
            return row.getFirst();
        }
        var line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            String pad = " ".repeat(widths[i] - Shown.width(row.get(i)));
            line.append(right[i] ? pad + row.get(i) : row.get(i) + pad).append("  ");
        }
        return line.toString().stripTrailing();
    }
}
