package dev.carnet.client.custody.report;

import dev.carnet.client.custody.Copy;
import dev.carnet.client.custody.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One content's copies as a drawing: a box for each daemon, its copies in it, arrows for transfers, from left to right. */
final class Graph {
    /** More copies would be a tangle. */
    static final int COPIES_MAX = 40;

    private static final int BOX_WIDTH = 264;
    private static final int ROW_HEIGHT = 24;
    private static final int HEAD_HEIGHT = 30;
    private static final int GAP_X = 92;
    private static final int GAP_Y = 22;
    private static final int MARGIN = 14;
    private static final int TEXT_CHARS_MAX = 31;
    private static final int HEAD_CHARS_MAX = 34;

    private final String id;
    private final Map<String, Box> boxes = new LinkedHashMap<>();

    private static final class Box {
        final String daemon;
        final List<Copy> copies = new ArrayList<>();
        int column = -1;
        int x;
        int y;

        Box(String daemon) {
            this.daemon = daemon;
        }

        int height() {
            return HEAD_HEIGHT + Math.max(1, copies.size()) * ROW_HEIGHT + 6;
        }
    }

    /** @param id for the drawing's own anchors: unique in the page */
    Graph(String id, List<Copy> copies) {
        this.id = id;
        for (Copy copy : copies) {
            box(copy.holder()).copies.add(copy);
        }
        copies.forEach(copy -> copy.from().ifPresent(this::box));
        columns();
        place();
    }

    private Box box(String daemon) {
        return boxes.computeIfAbsent(daemon, Box::new);
    }

    // ---- where everything goes

    /** Who has it from nobody stands first; everybody else one to the right of the nearest source. What only goes in a circle begins with the first. */
    private void columns() {
        Map<String, List<Box>> to = new HashMap<>();
        Map<String, Boolean> fed = new HashMap<>();
        for (Box box : boxes.values()) {
            for (Copy copy : box.copies) {
                copy.from().ifPresent(from -> {
                    to.computeIfAbsent(from, key -> new ArrayList<>()).add(box);
                    fed.put(box.daemon, true);
                });
            }
        }
        Deque<Box> next = new ArrayDeque<>();
        for (Box box : boxes.values()) {
            boolean begins = box.copies.stream()
                    .anyMatch(
                            copy -> copy.state() == State.SOURCE || copy.from().isEmpty());
            if (!fed.containsKey(box.daemon) || begins) {
                box.column = 0;
                next.add(box);
            }
        }
        for (Box box : boxes.values()) {
            spread(next, to);
            if (box.column < 0) {
                box.column = 0;
                next.add(box);
            }
        }
        spread(next, to);
    }

    private static void spread(Deque<Box> next, Map<String, List<Box>> to) {
        while (!next.isEmpty()) {
            Box box = next.remove();
            for (Box target : to.getOrDefault(box.daemon, List.of())) {
                if (target.column < 0) {
                    target.column = box.column + 1;
                    next.add(target);
                }
            }
        }
    }

    private void place() {
        Map<Integer, Integer> filled = new TreeMap<>();
        for (Box box : boxes.values()) {
            int y = filled.getOrDefault(box.column, MARGIN);
            box.x = MARGIN + box.column * (BOX_WIDTH + GAP_X);
            box.y = y;
            filled.put(box.column, y + box.height() + GAP_Y);
        }
    }

    private int width() {
        return boxes.values().stream().mapToInt(box -> box.x + BOX_WIDTH).max().orElse(0) + MARGIN;
    }

    private int height() {
        return boxes.values().stream()
                        .mapToInt(box -> box.y + box.height())
                        .max()
                        .orElse(0)
                + MARGIN;
    }

    // ---- drawing

    void write(Html out, String title) {
        out.raw("<svg class=\"graph\" role=\"img\" aria-labelledby=\"" + id + "t " + id + "d\" viewBox=\"0 0 " + width()
                + " " + height() + "\" width=\"" + width() + "\" height=\"" + height() + "\">");
        out.raw("<title id=\"" + id + "t\">").text(title).raw("</title>");
        out.raw("<desc id=\"" + id + "d\">").text(words()).raw("</desc>");
        out.raw("<defs>");
        for (String style : List.of("there", "unsure", "gone")) {
            out.raw("<marker id=\"" + id + style
                    + "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
                    + "<path class=\"head " + style + "\" d=\"M0 0L8 4L0 8z\"/></marker>");
        }
        out.raw("</defs>");
        boxes.values().forEach(box -> arrows(out, box));
        boxes.values().forEach(box -> box(out, box));
        out.raw("</svg>\n");
    }

    /** The same in a sentence each, for who does not see it. */
    private String words() {
        StringBuilder words = new StringBuilder();
        for (Box box : boxes.values()) {
            for (Copy copy : box.copies) {
                words.append(Marks.daemon(box.daemon))
                        .append(": ")
                        .append(copy.state().label());
                copy.from().ifPresent(from -> words.append(" from ").append(Marks.daemon(from)));
                words.append(". ");
            }
        }
        return words.toString().strip();
    }

    private void arrows(Html out, Box box) {
        for (int row = 0; row < box.copies.size(); row++) {
            Copy copy = box.copies.get(row);
            if (copy.from().isEmpty()) {
                continue;
            }
            Box from = box(copy.from().get());
            int fromX = from.x + BOX_WIDTH;
            int fromY = from.y + HEAD_HEIGHT / 2;
            int toX = box.x - 2;
            int toY = box.y + HEAD_HEIGHT + row * ROW_HEIGHT + ROW_HEIGHT / 2;
            int bend = box.column > from.column ? GAP_X / 2 : GAP_X;
            String style = Marks.style(copy);
            out.raw("<path class=\"arrow " + style + dashed(copy) + "\" marker-end=\"url(#" + id + style
                    + ")\" d=\"M"
                    + fromX + " " + fromY + "C" + (fromX + bend) + " " + fromY + " " + (toX - bend) + " " + toY + " "
                    + toX
                    + " " + toY + "\"><title>");
            out.text(Marks.daemon(from.daemon) + " to " + Marks.daemon(box.daemon) + ": "
                            + copy.state().label() + ", transfer "
                            + copy.transfer().orElse(""))
                    .raw("</title></path>");
        }
    }

    private static String dashed(Copy copy) {
        return copy.state().kind() == State.Kind.UNSURE && copy.state() != State.RECEIPTED ? " dashed" : "";
    }

    private static void box(Html out, Box box) {
        String style = box.copies.isEmpty() ? "box empty" : "box";
        out.raw("<g><title>").text(box.daemon).raw("</title>");
        out.raw("<rect class=\"" + style + "\" x=\"" + box.x + "\" y=\"" + box.y + "\" width=\"" + BOX_WIDTH
                + "\" height=\"" + box.height() + "\" rx=\"6\"/>");
        out.raw("<text class=\"daemon\" x=\"" + (box.x + 12) + "\" y=\"" + (box.y + 20) + "\">")
                .text(Marks.cut(Marks.daemon(box.daemon), HEAD_CHARS_MAX))
                .raw("</text>");
        if (box.copies.isEmpty()) {
            out.raw("<text class=\"none\" x=\"" + (box.x + 12) + "\" y=\"" + (box.y + HEAD_HEIGHT + 16)
                    + "\">no copy on record</text>");
        }
        for (int row = 0; row < box.copies.size(); row++) {
            Copy copy = box.copies.get(row);
            int y = box.y + HEAD_HEIGHT + row * ROW_HEIGHT + 16;
            out.raw("<text class=\"copy " + Marks.style(copy) + "\" x=\"" + (box.x + 12) + "\" y=\"" + y + "\">")
                    .raw("<tspan class=\"state\">")
                    .text(Marks.word(copy))
                    .raw("</tspan>");
            if (!copy.place().isEmpty()) {
                int left = TEXT_CHARS_MAX - copy.state().label().length();
                out.raw("<tspan dx=\"8\">").text(Marks.cut(copy.place(), left)).raw("</tspan>");
            }
            out.raw("</text>");
        }
        out.raw("</g>");
    }
}
