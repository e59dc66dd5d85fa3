package dev.carnet.daemon.volume;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The fingerprints of a published checkpoint, one line per member in tree order:
 *
 * <pre>
 * carnet-prints v1 BOOT DEVICE
 * d = INODE SIZE MTIME.NANOS CTIME.NANOS .
 * f = INODE SIZE MTIME.NANOS CTIME.NANOS config.json
 * end 2
 * </pre>
 *
 * <p>DEVICE is the root's and counts within one boot (BOOT, the kernel's boot id) only; {@code =} says that a member lies on the same one, {@code x} that it does not. In a
 * path every byte that is no printable ASCII, and the backslash, is written {@code \xHH}. A directory that the daemon may not enter has a line {@code ! path}: such a
 * checkpoint never counts as unchanged. The format is the daemon's own; another version or a damaged file counts as "changed".
 */
final class Prints {
    static final String FILE = "prints";

    private static final String HEADER = "carnet-prints v1 ";
    private static final int HEADER_BYTES_MAX = 256;
    private static final int LINE_BYTES_MAX = 64 << 10;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Disk disk;

    Prints(Disk disk) {
        this.disk = disk;
    }

    void write(CheckpointName name, OutputStream out) throws IOException {
        write(Names.bytes(name.value()), out);
    }

    /** Of what lies at a path beneath the root. */
    void write(byte[] path, OutputStream out) throws IOException {
        var writer = new Lines() {
            @Override
            void header(long device) throws IOException {
                out.write((HEADER + boot() + ' ' + device + '\n').getBytes(US_ASCII));
            }

            @Override
            void line(byte[] line) throws IOException {
                out.write(line);
            }

            @Override
            public boolean leaveOut(String path) {
                emit("! " + Names.show(Names.bytes(path)) + '\n');
                return true;
            }
        };
        try {
            new TreeWalk(disk, false, Guard.none(disk.posix()), Access.none(disk), writer).walk(path);
            writer.end();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Copies prints, but for the line of the top, which is taken from what lies at {@code path} now. */
    void renewTop(byte[] path, InputStream recorded, OutputStream out) throws IOException {
        out.write(line(recorded)); // of the boot in which the others were taken
        line(recorded);
        var top = new Lines() {
            @Override
            void header(long device) {}

            @Override
            void line(byte[] line) throws IOException {
                out.write(line);
                throw new Differs(); // one is enough
            }

            @Override
            public boolean leaveOut(String path) {
                return true;
            }
        };
        try {
            new TreeWalk(disk, false, Guard.none(disk.posix()), Access.none(disk), top).walk(path);
        } catch (Differs e) {
            // written
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        recorded.transferTo(out);
    }

    private static byte[] line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        int c;
        do {
            c = in.read();
            if (c < 0 || line.size() >= LINE_BYTES_MAX) {
                throw new IOException("the recorded fingerprints are cut off");
            }
            line.write(c);
        } while (c != '\n');
        return line.toByteArray();
    }

    /**
     * True where a walk gives what was recorded, line by line.
     *
     * @throws VolumeException where the disk cannot be read
     */
    boolean match(CheckpointName name, InputStream recorded) {
        var reader = new Lines() {
            @Override
            void header(long device) throws IOException {
                if (!sameHeader(recorded, device)) {
                    throw new Differs();
                }
            }

            @Override
            void line(byte[] line) throws IOException {
                if (!Arrays.equals(recorded.readNBytes(line.length), line)) {
                    throw new Differs();
                }
            }

            @Override
            public boolean leaveOut(String path) {
                throw new Differs();
            }
        };
        try {
            new TreeWalk(disk, false, Guard.none(disk.posix()), Access.none(disk), reader)
                    .walk(Names.bytes(name.value()));
            reader.end();
            return recorded.read() < 0;
        } catch (Differs e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (VolumeException e) {
            return switch (e.kind()) {
                // what a walk refuses is not what was published
                case NOT_FOUND, CHANGED, BAD_TYPE, IN_THE_WAY, BAD_NAME, LIMIT -> false;
                default -> throw e;
            };
        }
    }

    private static boolean sameHeader(InputStream recorded, long device) throws IOException {
        var line = new StringBuilder();
        int c = recorded.read();
        while (c >= 0 && c != '\n' && line.length() < HEADER_BYTES_MAX) {
            line.append((char) c);
            c = recorded.read();
        }
        String text = line.toString();
        if (c != '\n' || !text.startsWith(HEADER)) {
            return false;
        }
        String before = HEADER + boot() + ' ';
        return !text.startsWith(before) || text.equals(before + device);
    }

    private static String boot() {
        try {
            return Files.readString(BOOT_ID, US_ASCII).strip();
        } catch (IOException e) {
            return "unknown"; // then device numbers count, which can only lead to a refusal
        }
    }

    /** The lines that a walk gives. */
    private abstract static class Lines implements TreeWalk.Visitor {
        private long members;
        private long device;

        abstract void header(long rootDevice) throws IOException;

        abstract void line(byte[] line) throws IOException;

        @Override
        public void member(Member member, Fingerprint print) {
            if (members++ == 0) {
                device = print.device();
                unchecked(() -> header(device));
            }
            emit((member.type() == Member.Type.DIRECTORY ? "d " : "f ")
                    + (print.device() == device ? "= " : "x ")
                    + print.inode()
                    + ' '
                    + print.size()
                    + ' '
                    + print.mtimeSeconds()
                    + '.'
                    + print.mtimeNanos()
                    + ' '
                    + print.ctimeSeconds()
                    + '.'
                    + print.ctimeNanos()
                    + ' '
                    + Names.show(Names.bytes(member.path()))
                    + '\n');
        }

        void end() {
            emit("end " + members + '\n');
        }

        void emit(String line) {
            unchecked(() -> line(line.getBytes(US_ASCII)));
        }

        private static void unchecked(Step step) {
            try {
                step.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /** Ends a walk early. */
    private static final class Differs extends RuntimeException {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        Differs() {
            super("not as recorded", null, false, false);
        }
    }
}
