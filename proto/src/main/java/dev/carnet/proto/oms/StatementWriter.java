package dev.carnet.proto.oms;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.ledger.CanonicalJson;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Writes the statement, resource after resource, as RFC 8785 JSON: there the subject, whose digest is over all resources, comes last. Its length does not depend on the digests.
 */
final class StatementWriter {
    private final OutputStream out;
    private final OmsFormat.Hash hash;
    private final String model;
    private final MessageDigest subject = ManifestKey.sha256();
    private long resources;

    StatementWriter(OutputStream out, OmsFormat.Hash hash, String model) throws IOException {
        this.out = out;
        this.hash = hash;
        this.model = model;
        ascii("{\"_type\":\"" + OmsFormat.STATEMENT_TYPE + "\",\"predicate\":{\"resources\":[");
    }

    void add(String name, byte[] digest) throws IOException {
        subject.update(digest);
        ascii((resources++ == 0 ? "{\"algorithm\":\"" : ",{\"algorithm\":\"") + hash.label() + "\",\"digest\":\""
                + HexFormat.of().formatHex(digest) + "\",\"name\":");
        if (plain(name)) {
            ascii('"' + name + "\"}");
        } else {
            out.write(CanonicalJson.write(name));
            ascii("}");
        }
    }

    /** Whether it stands in JSON as it is: almost every name, and a good deal quicker. */
    private static boolean plain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    long resources() {
        return resources;
    }

    void finish() throws IOException {
        ascii("],\"serialization\":");
        out.write(CanonicalJson.write(Map.of(
                "allow_symlinks",
                false,
                "hash_type",
                hash.label(),
                "ignore_paths",
                OmsFormat.IGNORED,
                "method",
                OmsFormat.METHOD)));
        ascii("},\"predicateType\":\"" + OmsFormat.PREDICATE_TYPE + "\",\"subject\":");
        String digest = HexFormat.of().formatHex(subject.digest());
        out.write(CanonicalJson.write(List.of(Map.of("digest", Map.of("sha256", digest), "name", model))));
        ascii("}");
    }

    private void ascii(String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
    }
}
