package dev.carnet.proto.oms;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.tree.MemberPath;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes a bundle as its resources come, in the order of a tree: by the bytes of their names, which is the order of code points that OMS v1.0 asks for. (The reference tool sorts by components when it signs,
 * and takes any order when it verifies.) What is signed begins with its length, so {@link Measure} has to see all names before. For one thread.
 */
public final class OmsWriter {
    private static final int BUFFER_BYTES = 16 << 10;

    private final OutputStream out;
    private final OmsSigner signer;
    private final long payloadBytes;
    private final MessageDigest signed;
    private final OutputStream payload;
    private final Counter counter;
    private final OutputStream buffer;
    private final StatementWriter statement;
    private @Nullable String last;

    /**
     * Begins one.
     *
     * @param out buffered by the caller; stays open
     * @param measure has seen every name
     */
    public OmsWriter(OutputStream out, Measure measure, OmsSigner signer) throws IOException {
        if (measure.resources() == 0) {
            throw new OmsException("a bundle lists at least one file");
        }
        this.out = out;
        this.signer = signer;
        this.payloadBytes = measure.payloadBytes();
        this.signed = ManifestKey.signed(OmsFormat.PAYLOAD_TYPE, payloadBytes);
        String hint = new ManifestKey(signer.publicKey()).hint();
        ascii("{\"mediaType\":\"" + OmsFormat.MEDIA_TYPE + "\",\"verificationMaterial\":{\"publicKey\":{\"hint\":\""
                + hint + "\"},\"tlogEntries\":[]},\"dsseEnvelope\":{\"payload\":\"");
        payload = Base64.getEncoder().wrap(new Unclosed(out));
        counter = new Counter(new DigestOutputStream(payload, signed));
        buffer = new BufferedOutputStream(counter, BUFFER_BYTES);
        statement = new StatementWriter(buffer, measure.hash, measure.model);
    }

    /**
     * The next file.
     *
     * @throws IllegalArgumentException where it is not after the one before, or the digest has another length
     */
    public void add(String name, byte[] digest) throws IOException {
        if (digest.length != OmsFormat.DIGEST_BYTES) {
            throw new IllegalArgumentException("a digest of " + digest.length + " bytes");
        }
        if (last != null && MemberPath.ORDER.compare(last, name) >= 0) {
            throw new IllegalArgumentException("'" + name + "' comes before '" + last + "'");
        }
        last = name;
        statement.add(name, digest);
    }

    /**
     * Signs, and writes what is left.
     *
     * @throws IllegalStateException where the names were not those that were measured
     */
    public void finish() throws IOException {
        statement.finish();
        buffer.flush();
        if (counter.count != payloadBytes) {
            throw new IllegalStateException(
                    "a payload of " + counter.count + " bytes; " + payloadBytes + " were measured");
        }
        payload.close();
        String signature = Base64.getEncoder().encodeToString(signer.sign(signed.digest()));
        ascii("\",\"payloadType\":\"" + OmsFormat.PAYLOAD_TYPE + "\",\"signatures\":[{\"keyid\":\"\",\"sig\":\""
                + signature + "\"}]}}\n");
    }

    private void ascii(String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
    }

    /** The length of a payload, by the names alone. */
    public static final class Measure {
        private final OmsFormat.Hash hash;
        private final String model;
        private final Counter counter = new Counter(OutputStream.nullOutputStream());
        private final StatementWriter statement;

        /** @param model see {@link OmsFormat#model} */
        public Measure(OmsFormat.Hash hash, String model) {
            this.hash = hash;
            this.model = model;
            try {
                statement = new StatementWriter(counter, hash, model);
            } catch (IOException e) {
                throw new IllegalStateException("nothing is written", e);
            }
        }

        public void add(String name) throws IOException {
            statement.add(name, new byte[OmsFormat.DIGEST_BYTES]);
        }

        public long resources() {
            return statement.resources();
        }

        private long payloadBytes() throws IOException {
            statement.finish();
            return counter.count;
        }
    }

    /** Counts what goes through. */
    private static final class Counter extends FilterOutputStream {
        private long count;

        Counter(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }

    /** What ends the base64 does not end the file. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() {
            // stays open
        }
    }
}
