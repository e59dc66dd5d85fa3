package dev.carnet.daemon.transport;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Request line and headers (RFC 9112), in the one form that is taken here: HTTP/1.1, ASCII, no line folded, a target that begins with a slash and is not decoded. What has two readings is refused: two lengths, a transfer coding, two hosts.
 *
 * @param target as sent
 * @param bodyBytes that follow
 * @param keepAlive whether the client may send another request
 */
record HttpHead(String method, String target, int bodyBytes, boolean keepAlive) {
    private static final int FIELDS_MAX = 64;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");
    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");

    /**
     * Takes one apart.
     *
     * @param text ASCII, no control characters but tabs, CR LF between its lines and none after the last
     * @throws HttpFault where it is none that is taken here
     */
    static HttpHead parse(String text) {
        List<String> lines = Arrays.asList(text.split("\r\n", -1));
        String[] request = lines.getFirst().split(" ", -1);
        if (request.length != 3 || !TOKEN.matcher(request[0]).matches() || request[1].isEmpty()) {
            throw new HttpFault(400, "the first line of a request is a method, a target and HTTP/1.1");
        }
        if (!request[2].equals("HTTP/1.1")) {
            throw VERSION.matcher(request[2]).matches()
                    ? new HttpFault(505, "only HTTP/1.1 is spoken here")
                    : new HttpFault(400, "the first line of a request ends in HTTP/1.1");
        }
        if (request[1].charAt(0) != '/') {
            throw new HttpFault(400, "a target begins with a slash here: there are no proxies");
        }
        Fields fields = new Fields();
        List<String> rest = lines.subList(1, lines.size());
        if (rest.size() > FIELDS_MAX) {
            throw new HttpFault(431, "a request has at most " + FIELDS_MAX + " headers here");
        }
        rest.forEach(fields::take);
        return fields.head(request[0], request[1]);
    }

    /** What the headers say that matters here. */
    private static final class Fields {
        private int hosts;
        private int lengths;
        private int bodyBytes;
        private boolean close;

        void take(String line) {
            int colon = line.indexOf(':');
            if (colon < 0 || !TOKEN.matcher(line.substring(0, colon)).matches()) {
                throw new HttpFault(400, "a header is a name, a colon and a value, on one line");
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "host" -> hosts++;
                case "content-length" -> length(value);
                case "transfer-encoding" -> throw new HttpFault(501, "a body comes with a Content-Length here");
                case "connection" ->
                    close |= Arrays.stream(value.split(",", -1))
                            .anyMatch(token -> token.strip().equalsIgnoreCase("close"));
                case "expect" -> {
                    if (!value.equalsIgnoreCase("100-continue")) {
                        throw new HttpFault(417, "the header Expect may ask for 100-continue and nothing else");
                    }
                }
                default -> {
                    // says nothing about static files
                }
            }
        }

        private void length(String value) {
            if (++lengths > 1 || !LENGTH.matcher(value).matches()) {
                throw new HttpFault(400, "a request has one Content-Length, of at most nine digits");
            }
            bodyBytes = Integer.parseInt(value);
        }

        HttpHead head(String method, String target) {
            if (hosts != 1) {
                throw new HttpFault(400, "a request has one header Host");
            }
            return new HttpHead(method, target, bodyBytes, !close);
        }
    }
}
