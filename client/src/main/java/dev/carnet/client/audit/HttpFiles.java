package dev.carnet.client.audit;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** A ledger behind an {@code http} or {@code https} URL: any server of static files will do. What it says is evidence by itself, whoever serves it; https keeps it between the two. */
public final class HttpFiles implements LedgerFiles {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int REDIRECTS_MAX = 5;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;

    private final URI base;
    private final HttpClient client;
    private final Duration idle;

    private HttpFiles(URI base, Duration idle) {
        this.base = base;
        this.idle = idle;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER) // by ourselves: never to another scheme
                .build();
    }

    /** Whether this is the text of such a URL, and not of a path. */
    public static boolean isUrl(String text) {
        return text.startsWith("http://") || text.startsWith("https://");
    }

    /**
     * Below this URL.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static HttpFiles of(String url) {
        return of(url, ANSWER);
    }

    static HttpFiles of(String url, Duration idle) {
        URI uri;
        try {
            uri = new URI(url.endsWith("/") ? url : url + "/");
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("it is no URL: " + e.getReason(), e);
        }
        if (!isUrl(url) || uri.getHost() == null) {
            throw new IllegalArgumentException("it is no URL of the form https://HOST/PATH");
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("a ledger's URL has no user, no '?' and no '#'");
        }
        return new HttpFiles(uri, idle);
    }

    @Override
    public Optional<InputStream> open(String path) throws IOException {
        URI uri = base.resolve(path);
        for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
            HttpResponse<InputStream> answer = ask(uri);
            int status = answer.statusCode();
            if (status == OK) {
                return Optional.of(answer.body());
            }
            answer.body().close();
            switch (status) {
                case NOT_FOUND, GONE -> {
                    return Optional.empty();
                }
                case 301, 302, 303, 307, 308 -> uri = redirect(uri, answer);
                default -> throw new IOException(uri + ": HTTP status " + status);
            }
        }
        throw new IOException(base.resolve(path) + ": more than " + REDIRECTS_MAX + " redirects");
    }

    private HttpResponse<InputStream> ask(URI uri) throws IOException {
        try {
            return client.send(HttpRequest.newBuilder(uri).timeout(ANSWER).GET().build(), head -> new TimedBody(idle));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var broken = new InterruptedIOException("interrupted");
            broken.initCause(e);
            throw broken;
        } catch (IOException e) {
            throw new IOException(uri + ": " + reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(uri + ": an answer that HTTP does not allow: " + e.getMessage(), e); // its length
        }
    }

    /** The JDK has exceptions without a word. */
    private static String reason(IOException e) {
        return switch (e) {
            case java.net.http.HttpConnectTimeoutException _ -> "no connection within " + CONNECT.toSeconds() + " s";
            case java.net.http.HttpTimeoutException _ -> "no answer within " + ANSWER.toSeconds() + " s";
            case java.net.ConnectException _ when e.getMessage() == null -> "nobody listens there, or no such host";
            default -> TimedBody.reason(e);
        };
    }

    private static URI redirect(URI from, HttpResponse<?> answer) throws IOException {
        Optional<String> location = answer.headers().firstValue("Location");
        try {
            URI to = from.resolve(
                    new URI(location.orElseThrow(() -> new IOException(from + ": a redirect to nowhere"))));
            if (!from.getScheme().equals(to.getScheme()) || to.getHost() == null) {
                throw new IOException(from + ": a redirect to another scheme is not followed: " + to);
            }
            return to;
        } catch (URISyntaxException e) {
            throw new IOException(from + ": a redirect to what is no URL", e);
        }
    }

    @Override
    public String name() {
        return base.toString();
    }
}
