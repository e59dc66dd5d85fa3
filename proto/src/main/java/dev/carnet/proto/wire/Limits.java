package dev.carnet.proto.wire;

/** Limits of SPEC "Limits": every length, count and depth that a peer can name is checked against one of these before it is used. */
public final class Limits {
    /** Bytes of one control frame, its length prefix not counted. */
    public static final int CONTROL_FRAME_BYTES_MAX = 64 << 10;

    /** Bytes of the first control frame of a connection (Hello). */
    public static final int HELLO_BYTES_MAX = 4 << 10;

    /** Members of a checkpoint, the root included. */
    public static final int MEMBERS_MAX = 1_000_000;

    /** Bytes of a checkpoint's name. */
    public static final int CHECKPOINT_NAME_BYTES_MAX = 400;

    /** Bytes of a volume's name. */
    public static final int VOLUME_BYTES_MAX = 64;

    public static final int PATH_BYTES_MAX = 4_096;
    public static final int COMPONENT_BYTES_MAX = 255;
    public static final int DEPTH_MAX = 64;

    /** Members of one FilePage, seals of one FileSeals. */
    public static final int PAGE_MEMBERS_MAX = 512;

    /** Ranges of one Held or Ack page. */
    public static final int PAGE_RANGES_MAX = 2_048;

    /** Bytes of one file: 2^31 chunks of 4 MiB. */
    public static final long FILE_BYTES_MAX = 1L << 53;

    /** Bytes of one ledger entry, envelope included: the largest receipt, with four signatures of which two are ML-DSA's, fits whatever its names. */
    public static final int ENTRY_BYTES_MAX = 32 << 10;

    /** Signatures of one envelope: two parties, or two generations of keys, with two algorithms each. */
    public static final int SIGNATURES_MAX = 4;

    /** Bytes of a key proof blob. Beside a key binding and an Offer it fits into one control frame. */
    public static final int KEY_PROOF_BYTES_MAX = 24 << 10;

    /** KeySteps of a session: bindings before the current one. */
    public static final int KEY_STEPS_MAX = 16;

    /** Certificates of a chain, the leaf included. */
    public static final int CHAIN_CERTIFICATES_MAX = 4;

    /** DER bytes of a chain, all certificates together. */
    public static final int CHAIN_BYTES_MAX = 32 << 10;

    /** Bytes of a BlobPage's value. */
    public static final int BLOB_PAGE_BYTES_MAX = 60 << 10;

    /** Bytes of a line of a tree, without its newline: every byte of the path escaped, and less than 160 bytes before it. */
    public static final int TREE_LINE_BYTES_MAX = 4 * PATH_BYTES_MAX + 160;

    /** Bytes of a tree that travels before its chunks. */
    public static final int TREE_BYTES_MAX = 512 << 20;

    /** Lines of a ListPage. */
    public static final int LIST_PAGE_MAX = 128;

    /** Labels of a Request or an Offer. */
    public static final int LABELS_MAX = 16;

    /** Bytes of a label's key, in ASCII. */
    public static final int LABEL_KEY_BYTES_MAX = 63;

    /** Bytes of a probe, headers included. */
    public static final long PROBE_BYTES_MAX = 8L << 30;

    public static final int SENTENCE_BYTES_MAX = 1_024;
    public static final int LABEL_BYTES_MAX = 256;
    public static final int SPIFFE_ID_BYTES_MAX = 2_048;
    /** Bytes of a log's origin. */
    public static final int ORIGIN_BYTES_MAX = 255;

    /** Bytes of the name of a state, for people. */
    public static final int STATE_BYTES_MAX = 64;

    /** Parts of a checkpoint. */
    public static final int PARTS_MAX = 65_536;

    /** Pointers, bases, permits, includes, and peers that may bring parts: entries of each list in an Offer or Request. */
    public static final int OFFER_LIST_MAX = 16;

    /** Bytes of one permit. */
    public static final int PERMIT_BYTES_MAX = 16 << 10;

    public static final int EXTENSIONS_MAX = 16;
    public static final int STREAMS_MAX = 64;

    /** Sessions named inline in a receipt. */
    public static final int RECEIPT_SESSIONS_MAX = 8;

    /** Bytes of the blob of further sessions: with a receipt it fits one control frame. */
    public static final int RECEIPT_SESSIONS_MORE_BYTES_MAX = 30 << 10;

    /** Transfers that a side takes from one peer in a day, UTC, in each role. */
    public static final int TRANSFERS_A_DAY_MAX = 10_000;

    /** Bytes of a log checkpoint with the log's own two lines, and of the lines of a cosignature, as sessions carry them. */
    public static final int LOG_NOTE_BYTES_MAX = 6_144;

    /** Hashes of a consistency proof. */
    public static final int LOG_PROOF_MAX = 63;

    private Limits() {}
}
