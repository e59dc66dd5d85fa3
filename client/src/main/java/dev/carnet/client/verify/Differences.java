package dev.carnet.client.verify;

import java.util.ArrayList;
import java.util.List;

/** Collects differences from any thread: the first ones as they are, of the rest the number. */
final class Differences {

    private final int listedMax;
    private final List<Difference> listed = new ArrayList<>();
    private long count;

    Differences(int listedMax) {
        this.listedMax = listedMax;
    }

    /** Adds one about a member, whose path is escaped here. */
    void add(String path, String what) {
        addShown(Names.show(path), what);
    }

    /** Adds one about a file of the record. */
    void addRecord(String file, String what) {
        addShown("[" + file + "]", what);
    }

    /** Adds one whose path is fit to be shown. */
    synchronized void addShown(String path, String what) {
        count++;
        if (listed.size() < listedMax) {
            listed.add(new Difference(path, what));
        }
    }

    /** Those that are listed, ordered by path. */
    synchronized List<Difference> listed() {
        return listed.stream().sorted().toList();
    }

    /** How many there are beside those listed. */
    synchronized long more() {
        return count - listed.size();
    }
}
