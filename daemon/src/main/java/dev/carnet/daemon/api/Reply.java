package dev.carnet.daemon.api;

/**
 * An answer, complete.
 *
 * @param allow the Allow header of a 405; empty for none
 */
record Reply(int status, String contentType, byte[] body, String allow) {
    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";

    static Reply json(int status, Object value) {
        return new Reply(status, JSON, ApiJson.write(value), "");
    }
}
