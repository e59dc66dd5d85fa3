package dev.carnet.client.verify;

/**
 * One way in which the disk is not what the record says.
 *
 * @param path of the member, relative to the checkpoint's root, fit to be shown; of a record: its file's name in brackets
 * @param what a phrase: what is there, and what the record says
 */
public record Difference(String path, String what) implements Comparable<Difference> {

    @Override
    public int compareTo(Difference other) {
        int order = path.compareTo(other.path);
        return order != 0 ? order : what.compareTo(other.what);
    }
}
