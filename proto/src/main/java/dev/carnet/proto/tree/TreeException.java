package dev.carnet.proto.tree;

import java.io.IOException;
import java.io.Serial;

/** A text is not a tree in its one encoding. The message names the line and the rule. */
public final class TreeException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final long line;

    TreeException(long line, String rule) {
        super("tree, line " + line + ": " + rule);
        this.line = line;
    }

    /** The line that is wrong, from 1; where the text ends too early, the one that is missing. */
    public long line() {
        return line;
    }
}
