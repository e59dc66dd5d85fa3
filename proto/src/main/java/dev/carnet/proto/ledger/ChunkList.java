package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The blob that a transfer-abort names: the chunks that were exposed. Text, a head line, then a line per chunk, in order of member and chunk, none twice:
 *
 * <pre>
 *   carnet-chunks v1
 *   MEMBER CHUNK CV
 * </pre>
 */
public final class ChunkList {
    private static final String HEAD = "carnet-chunks v1";

    /** Member, chunk, CV, two spaces. */
    private static final int LINE_BYTES_MAX = 7 + 10 + 64 + 2;

    private ChunkList() {}

    /**
     * One line.
     *
     * @param member number of the file, from 0, below {@link Limits#MEMBERS_MAX}
     * @param chunk number within the file, from 0
     * @param cv chaining value of the chunk
     */
    public record Chunk(int member, int chunk, Hash32 cv) implements Comparable<Chunk> {
        /**
         * Makes one.
         *
         * @throws StatementException if there cannot be such a chunk
         */
        public Chunk {
            Forms.between(member, 0, Limits.MEMBERS_MAX - 1L, "the member of a chunk");
            Forms.between(chunk, 0, Integer.MAX_VALUE, "the number of a chunk");
        }

        @Override
        public int compareTo(Chunk other) {
            int order = Integer.compare(member, other.member);
            return order != 0 ? order : Integer.compare(chunk, other.chunk);
        }

        private String line() {
            return member + " " + chunk + " " + cv.hex();
        }
    }

    /** Writes a list, one chunk after the other; needs no memory for them. Does not close the stream. */
    public static final class Writer {
        private final OutputStream out;
        private final Order order = new Order();

        /** Begins a list. */
        public Writer(OutputStream out) throws IOException {
            this.out = out;
            line(HEAD);
        }

        /**
         * Adds a chunk.
         *
         * @throws StatementException if it is not after the one before
         */
        public void add(Chunk chunk) throws IOException {
            order.next(chunk);
            line(chunk.line());
        }

        private void line(String text) throws IOException {
            out.write((text + "\n").getBytes(US_ASCII));
        }
    }

    /** Reads a list, one chunk after the other; needs no memory for them. Buffer the stream. */
    public static final class Reader {
        private final InputStream in;
        private final Order order = new Order();

        /**
         * Reads the head.
         *
         * @throws StatementException if this is no list of chunks
         */
        public Reader(InputStream in) throws IOException {
            this.in = in;
            Forms.require(readLine().filter(HEAD::equals).isPresent(), "a list of chunks begins with \"" + HEAD + "\"");
        }

        /**
         * The next chunk, or nothing at the end.
         *
         * @throws StatementException if the text is not written the one way there is
         */
        public Optional<Chunk> next() throws IOException {
            Optional<String> line = readLine();
            if (line.isEmpty()) {
                return Optional.empty();
            }
            Chunk chunk = parse(line.get());
            Forms.require(
                    chunk.line().equals(line.get()), "a line of a list of chunks is not written the one way there is");
            order.next(chunk);
            return Optional.of(chunk);
        }

        private static Chunk parse(String line) {
            String[] fields = line.split(" ", -1);
            Forms.require(fields.length == 3, "a line of a list of chunks has three fields");
            try {
                return new Chunk(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]), Hash32.ofHex(fields[2]));
            } catch (IllegalArgumentException e) {
                throw new StatementException("a line of a list of chunks has two numbers and a CV", e);
            }
        }

        private Optional<String> readLine() throws IOException {
            StringBuilder line = new StringBuilder(LINE_BYTES_MAX);
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    Forms.require(line.isEmpty(), "a list of chunks ends in the middle of a line");
                    return Optional.empty();
                }
                Forms.require(line.length() < LINE_BYTES_MAX, "a line of a list of chunks that is too long");
                line.append((char) b);
            }
            return Optional.of(line.toString());
        }
    }

    private static final class Order {
        private Optional<Chunk> last = Optional.empty();

        void next(Chunk chunk) {
            Forms.require(
                    last.isEmpty() || last.get().compareTo(chunk) < 0,
                    "the chunks of a list go up by member and number");
            last = Optional.of(chunk);
        }
    }
}
