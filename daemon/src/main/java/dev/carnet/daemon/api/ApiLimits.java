package dev.carnet.daemon.api;

/**
 * Every bound of the local API. A local user may be careless or hostile, and the daemon has other work.
 *
 * @param headBytes request line and headers, each
 * @param bodyBytes of a request
 * @param connections open at once; the next is answered with 503 and closed
 * @param connectionsPerUser of them from one uid; likewise
 * @param pipelined requests that may wait behind the running one on one connection; beyond it the connection ends
 * @param requestSeconds in which the next complete request has to arrive, or an answer has to be taken; else the connection ends
 * @param workers threads that run requests
 * @param queued requests that may wait for a worker; the next is answered with 503
 * @param closeSeconds that a stop waits for running requests
 */
public record ApiLimits(
        int headBytes,
        int bodyBytes,
        int connections,
        int connectionsPerUser,
        int pipelined,
        int requestSeconds,
        int workers,
        int queued,
        int closeSeconds) {
    public static final ApiLimits DEFAULT = new ApiLimits(16 * 1024, 64 * 1024, 128, 32, 32, 30, 16, 64, 5);

    public ApiLimits {
        for (int limit : new int[] {
            headBytes,
            bodyBytes,
            connections,
            connectionsPerUser,
            pipelined,
            requestSeconds,
            workers,
            queued,
            closeSeconds
        }) {
            if (limit < 1) {
                throw new IllegalArgumentException("a limit of the API is below 1");
            }
        }
    }
}
