package dev.carnet.proto.tree;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeMember.Directory;
import dev.carnet.proto.tree.TreeMember.File;
import dev.carnet.proto.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * The text of one member, without the newline:
 *
 * <pre>
 *   d MODE SECONDS.NANOS PATH
 *   f MODE SECONDS.NANOS SIZE BLAKE3 PATH
 * </pre>
 */
final class TreeLine {

    static final int BYTES_MAX = Limits.TREE_LINE_BYTES_MAX;

    private static final int DIRECTORY_FIELDS = 4;
    private static final int FILE_FIELDS = 6;

    private TreeLine() {}

    static byte[] write(TreeMember member) {
        ByteArrayOutputStream line =
                new ByteArrayOutputStream(160 + member.path().length());
        String head = switch (member) {
            case Directory d -> "d " + attributes(d);
            case File f ->
                "f " + attributes(f) + " " + f.size() + " " + f.digest().hex();
        };
        line.writeBytes(head.getBytes(US_ASCII));
        line.write(' ');
        PathEscape.write(MemberPath.utf8(member.path()), line);
        return line.toByteArray();
    }

    /**
     * Reads a line that is exactly as {@link #write} writes it.
     *
     * @throws IllegalArgumentException naming the rule that it breaks
     */
    static TreeMember read(byte[] line) {
        TreeMember member = switch (line.length == 0 ? 0 : line[0]) {
            case 'd' -> directory(line);
            case 'f' -> file(line);
            case 'l' -> throw new IllegalArgumentException("links are not part of this version");
            default -> throw new IllegalArgumentException("a line begins with d or f");
        };
        if (!Arrays.equals(write(member), line)) {
            throw new IllegalArgumentException("not written the one way there is: leading zeros, signs, case, escapes");
        }
        return member;
    }

    private static Directory directory(byte[] line) {
        String[] fields = fields(line, DIRECTORY_FIELDS);
        int point = point(fields[2]);
        return new Directory(path(line, fields), mode(fields[1]), seconds(fields[2], point), nanos(fields[2], point));
    }

    private static File file(byte[] line) {
        String[] fields = fields(line, FILE_FIELDS);
        int point = point(fields[2]);
        return new File(
                path(line, fields),
                mode(fields[1]),
                seconds(fields[2], point),
                nanos(fields[2], point),
                Long.parseLong(fields[3]),
                Hash32.ofHex(fields[4]));
    }

    private static String attributes(TreeMember member) {
        String mode = Integer.toOctalString(01000 | member.mode()).replaceFirst("1", "0");
        String nanos = Integer.toString(1_000_000_000 + member.mtimeNanos()).substring(1);
        return mode + " " + member.mtimeSeconds() + "." + nanos;
    }

    /** Splits at single spaces; the last field is the rest of the line, spaces and all. */
    private static String[] fields(byte[] line, int count) {
        String[] fields = new String(line, ISO_8859_1).split(" ", count);
        if (fields.length < count) {
            throw new IllegalArgumentException("a line of this kind has " + count + " fields");
        }
        return fields;
    }

    private static String path(byte[] line, String[] fields) {
        int from = line.length - fields[fields.length - 1].length();
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(PathEscape.read(line, from, line.length)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a path is valid UTF-8", e);
        }
    }

    private static int mode(String octal) {
        return Integer.parseInt(octal, 8);
    }

    private static int point(String mtime) {
        int point = mtime.indexOf('.');
        if (point < 0) {
            throw new IllegalArgumentException("a time has a point");
        }
        return point;
    }

    private static long seconds(String mtime, int point) {
        return Long.parseLong(mtime.substring(0, point));
    }

    private static int nanos(String mtime, int point) {
        return Integer.parseInt(mtime.substring(point + 1));
    }
}
