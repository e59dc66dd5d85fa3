package dev.carnet.client.verify;

import dev.carnet.proto.hash.Blake3;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The chunks of one file that are not as recorded: the first ones by number, of all the count. */
final class BadChunks {

    private static final int NAMED_MAX = 8;

    private final long size;
    private final TreeSet<Long> named = new TreeSet<>();
    private long count;

    /** Of a file of this many bytes. */
    BadChunks(long size) {
        this.size = size;
    }

    synchronized void add(long number) {
        count++;
        named.add(number);
        if (named.size() > NAMED_MAX) {
            named.pollLast();
        }
    }

    synchronized boolean any() {
        return count > 0;
    }

    /** Such as "3 of 12 chunks differ: 4 (bytes 16777216 to 20971519), …"; both ends are inclusive. */
    synchronized String text() {
        String list = named.stream().map(this::range).collect(Collectors.joining(", "));
        String more = count > named.size() ? ", and " + (count - named.size()) + " more" : "";
        long chunks = (size + Blake3.CHUNK_BYTES - 1) / Blake3.CHUNK_BYTES;
        return "its bytes differ in " + count + " of " + chunks + (chunks == 1 ? " chunk" : " chunks") + ": " + list
                + more;
    }

    private String range(long number) {
        long first = number * Blake3.CHUNK_BYTES;
        return "chunk " + number + " (bytes " + first + " to " + (Math.min(size, first + Blake3.CHUNK_BYTES) - 1) + ")";
    }
}
