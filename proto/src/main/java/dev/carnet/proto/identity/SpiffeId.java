package dev.carnet.proto.identity;

import dev.carnet.proto.wire.Limits;

/**
 * A SPIFFE ID in its one form, such as {@code spiffe://example.org/carnet/north}: what a daemon is known by.
 *
 * <p>Rules of the SPIFFE ID standard: the scheme is {@code spiffe}; the trust domain has 1 to 255 of {@code a-z 0-9 . - _}; path segments are
 * made of {@code A-Z a-z 0-9 . - _}, none is empty, {@code .} or {@code ..}; no user, port, query, fragment or escape; at most 2,048 bytes. What the
 * standard calls equal but is written differently (an upper-case scheme or domain) is refused, so that equal IDs are equal strings.
 *
 * @param uri the whole ID
 */
public record SpiffeId(String uri) implements Comparable<SpiffeId> {
    private static final String SCHEME = "spiffe://";
    private static final int TRUST_DOMAIN_CHARS_MAX = 255;

    /** @throws IdentityException where a rule is broken, naming it */
    public SpiffeId {
        // Characters are bytes here: nothing beyond ASCII passes.
        if (uri.length() > Limits.SPIFFE_ID_BYTES_MAX) {
            throw bad(uri, "it has more than " + Limits.SPIFFE_ID_BYTES_MAX + " bytes");
        }
        if (!uri.startsWith(SCHEME)) {
            throw bad(uri, "it does not begin with " + SCHEME);
        }
        int slash = uri.indexOf('/', SCHEME.length());
        String domain = uri.substring(SCHEME.length(), slash < 0 ? uri.length() : slash);
        checkTrustDomain(uri, domain);
        if (slash >= 0) {
            for (String segment : uri.substring(slash + 1).split("/", -1)) {
                checkSegment(uri, segment);
            }
        }
    }

    /** @throws IdentityException where a rule is broken, naming it */
    public static SpiffeId parse(String uri) {
        return new SpiffeId(uri);
    }

    /**
     * The ID {@code spiffe://<trustDomain>}, as a CA certificate may carry it.
     *
     * @throws IdentityException where this is no trust domain
     */
    public static SpiffeId ofTrustDomain(String trustDomain) {
        SpiffeId id = new SpiffeId(SCHEME + trustDomain);
        if (!id.path().isEmpty()) {
            throw bad(id.uri, "a trust domain has no path");
        }
        return id;
    }

    public String trustDomain() {
        int slash = uri.indexOf('/', SCHEME.length());
        return uri.substring(SCHEME.length(), slash < 0 ? uri.length() : slash);
    }

    /** With its leading slash; empty where the ID is that of a trust domain, which no daemon can have. */
    public String path() {
        int slash = uri.indexOf('/', SCHEME.length());
        return slash < 0 ? "" : uri.substring(slash);
    }

    /** By unsigned bytes, as SPEC section 6.1 compares IDs. */
    @Override
    public int compareTo(SpiffeId other) {
        return uri.compareTo(other.uri); // ASCII alone
    }

    @Override
    public String toString() {
        return uri;
    }

    private static void checkTrustDomain(String uri, String domain) {
        if (domain.isEmpty() || domain.length() > TRUST_DOMAIN_CHARS_MAX) {
            throw bad(uri, "its trust domain has not 1 to " + TRUST_DOMAIN_CHARS_MAX + " characters");
        }
        for (int i = 0; i < domain.length(); i++) {
            char c = domain.charAt(i);
            if (!lower(c)) {
                throw bad(uri, "its trust domain has something else than a-z 0-9 . - _");
            }
        }
    }

    private static void checkSegment(String uri, String segment) {
        if (segment.isEmpty()) {
            throw bad(uri, "its path has an empty segment");
        }
        if (segment.equals(".") || segment.equals("..")) {
            throw bad(uri, "its path has a segment " + segment);
        }
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (!lower(c) && !(c >= 'A' && c <= 'Z')) {
                throw bad(uri, "its path has something else than A-Z a-z 0-9 . - _");
            }
        }
    }

    private static boolean lower(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    }

    private static IdentityException bad(String uri, String rule) {
        return new IdentityException("bad SPIFFE ID " + IdentityException.quote(uri) + ": " + rule);
    }
}
