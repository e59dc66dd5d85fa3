package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A log checkpoint's body (C2SP tlog-checkpoint), without extension lines.
 *
 * @param origin 1 to 255 bytes, no control characters
 * @param size entries of the tree
 * @param root of the tree
 */
public record LogCheckpoint(String origin, long size, Hash32 root) {
    private static final int ORIGIN_BYTES_MAX = 255;
    private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,18}");
    private static final int LINES = 3;

    /**
     * Makes one.
     *
     * @throws LogException where it can be none
     */
    public LogCheckpoint {
        require(
                !origin.isEmpty() && origin.getBytes(UTF_8).length <= ORIGIN_BYTES_MAX,
                "an origin has 1 to " + ORIGIN_BYTES_MAX + " bytes");
        require(origin.chars().noneMatch(Character::isISOControl), "an origin has no control characters");
        require(size >= 0, "a log of " + size + " entries");
        require(size != 0 || root.equals(Merkle.EMPTY_ROOT), "a log of no entries with a root that is not theirs");
    }

    /** The text that is signed: three lines. */
    public byte[] body() {
        return text().getBytes(UTF_8);
    }

    String text() {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.toBytes()) + "\n";
    }

    /**
     * Reads a body.
     *
     * @throws LogException where it is not written the one way there is; extension lines are refused, since nobody would have signed them with ML-DSA-44
     */
    public static LogCheckpoint parse(String text) {
        String[] lines = text.split("\n", -1);
        require(
                lines.length == LINES + 1 && lines[LINES].isEmpty(),
                "a log checkpoint has three lines: origin, size, root");
        require(SIZE.matcher(lines[1]).matches(), "the size of a log checkpoint is a decimal number");
        long size;
        byte[] root;
        try {
            size = Long.parseLong(lines[1]);
            root = Base64.getDecoder().decode(lines[2]);
        } catch (IllegalArgumentException e) {
            throw new LogException("the size or root of a log checkpoint cannot be read", e);
        }
        require(root.length == Hash32.BYTES, "the root of a log checkpoint has 32 bytes");
        LogCheckpoint read = new LogCheckpoint(lines[0], size, Hash32.of(root));
        require(read.text().equals(text), "a log checkpoint that is not written the one way there is");
        return read;
    }
}
