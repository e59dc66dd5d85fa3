package dev.carnet.daemon.volume;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;

/** The record {@code prints}, member by member, in tree order ({@link Prints} has its form). A damaged one is CHANGED. */
public final class RecordedPrints {
    private static final int FIELDS = 7;

    private final BufferedReader lines;
    private final long device;

    /** @throws VolumeException CHANGED where it does not begin as it should */
    public RecordedPrints(InputStream record) {
        lines = new BufferedReader(new InputStreamReader(record, US_ASCII), 1 << 16);
        String[] header = line().split(" ", 5);
        if (header.length != 4 || !header[0].equals("carnet-prints") || !header[1].equals("v1")) {
            throw damaged("it does not begin as one");
        }
        device = number(header[3]);
    }

    /**
     * The print of the next member.
     *
     * @param path that it has to be of
     * @throws VolumeException CHANGED where it is of another
     */
    public Fingerprint next(String path) {
        // type, device, inode, size, mtime, ctime, path
        String[] fields = line().split(" ", FIELDS);
        if (fields.length != FIELDS || !fields[6].equals(Names.show(Names.bytes(path)))) {
            throw damaged("'" + Names.show(path) + "' has no line where it should");
        }
        String[] mtime = fields[4].split("\\.", 2);
        String[] ctime = fields[5].split("\\.", 2);
        if (mtime.length != 2 || ctime.length != 2) {
            throw damaged("'" + Names.show(path) + "' has no times");
        }
        return new Fingerprint(
                device,
                number(fields[2]),
                number(fields[3]),
                number(mtime[0]),
                (int) number(mtime[1]),
                number(ctime[0]),
                (int) number(ctime[1]));
    }

    private String line() {
        try {
            String line = lines.readLine();
            if (line == null) {
                throw damaged("it ends too soon");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw damaged("'" + text + "' is no number");
        }
    }

    private static VolumeException damaged(String why) {
        return new VolumeException(
                VolumeException.Kind.CHANGED, "the recorded fingerprints are damaged: " + why + "; seal it anew");
    }
}
