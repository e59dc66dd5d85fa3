package dev.carnet.daemon.api;

import dev.carnet.proto.wire.v1.Code;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Errors as RFC 9457 problem details, with the codes of SPEC section 13. */
final class Problems {
    private static final String TYPE = "https://carnet.dev/errors/";

    private Problems() {}

    static Reply of(Code code, String sentence) {
        return of(status(code), code, sentence);
    }

    static Reply of(int status, Code code, String sentence) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", TYPE + code.name());
        problem.put("title", title(status));
        problem.put("status", status);
        problem.put("detail", encodable(sentence));
        problem.put("code", code.name());
        return new Reply(status, Reply.PROBLEM, ApiJson.write(problem), "");
    }

    /** A sentence may quote half a surrogate pair of the request, which JSON in UTF-8 cannot. */
    private static String encodable(String sentence) {
        return new String(sentence.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** The status that fits best: 4xx is for whoever asked, 502 for a peer's fault, 503 and 504 may be tried again. */
    static int status(Code code) {
        return switch (code) {
            case POLICY -> 403;
            case UNKNOWN_TRANSFER, UNKNOWN_CHECKPOINT -> 404;
            case NAME_TAKEN,
                    NAME_CONFLICT,
                    READ_ONLY,
                    OFFER_MISMATCH,
                    CANCELLED,
                    EXPIRED,
                    NO_BEGIN,
                    TOO_LATE,
                    STOPPED,
                    PAUSED,
                    SOURCE_CHANGED -> 409;
            case BAD_NAME, BAD_SOURCE, UNKNOWN_PEER, LIMIT -> 422;
            case UNSUPPORTED, CRITICAL_EXTENSION -> 501;
            case VERSION,
                    PROTOCOL,
                    IDENTITY,
                    KEY_BINDING,
                    CHUNK_MISMATCH,
                    FILE_MISMATCH,
                    TREE_MISMATCH,
                    BAD_STATEMENT,
                    RECEIPT_MISMATCH -> 502;
            case BUSY, SHUTTING_DOWN, REPLACED -> 503;
            case TIMEOUT -> 504;
            case NO_SPACE -> 507;
            case STORAGE, INTERNAL, CODE_UNSPECIFIED, UNRECOGNIZED -> 500;
        };
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "The request is malformed";
            case 403 -> "Not allowed";
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 409 -> "In conflict with what is there";
            case 413, 414, 431 -> "The request is too large";
            case 415 -> "Not JSON";
            case 422 -> "Cannot be done as asked";
            case 501 -> "Not in this version";
            case 502 -> "The peer is at fault";
            case 503 -> "Busy";
            case 504 -> "Timed out";
            case 507 -> "No space";
            default -> "A fault in the daemon";
        };
    }
}
