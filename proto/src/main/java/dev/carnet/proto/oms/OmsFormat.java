package dev.carnet.proto.oms;

import java.util.List;

/** What OMS v1.0 fixes, and what a checkpoint's members are called in it. */
public final class OmsFormat {
    public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
    public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
    public static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
    static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
    static final String METHOD = "files";

    /** Of a digest here; both algorithms have it. */
    public static final int DIGEST_BYTES = 32;

    /**
     * What no verifier of OMS looks at, unless told otherwise: entries of the root, and what is below them. Sorted. Listing one of them would make every verifier miss it; the tree covers them all
     * the same.
     */
    public static final List<String> IGNORED = List.of(".git", ".gitattributes", ".github", ".gitignore");

    private OmsFormat() {}

    /** The digests that a bundle may list. */
    public enum Hash {
        BLAKE3("blake3"),
        SHA256("sha256");

        private final String label;

        Hash(String label) {
            this.label = label;
        }

        /** As OMS writes it. */
        public String label() {
            return label;
        }
    }

    /**
     * Whether a file of a tree is listed. A checkpoint that is one file lists it, by the path {@code .} that it has in the tree: OMS v1.0 asks for the file's own name there, and the reference tool (1.1.1)
     * writes and accepts {@code .} alone.
     */
    public static boolean listed(String path) {
        int slash = path.indexOf('/');
        return !IGNORED.contains(slash < 0 ? path : path.substring(0, slash));
    }

    /** The model's name in a bundle: the last component of the checkpoint's. */
    public static String model(String checkpoint) {
        return checkpoint.substring(checkpoint.lastIndexOf('/') + 1);
    }
}
