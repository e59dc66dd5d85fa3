package dev.carnet.client.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code PEER:VOLUME/NAME}. PEER is a local alias or a SPIFFE ID (which has a colon of its own after the scheme). */
record Destination(String peer, String volume, String name) {
    private static final String SCHEME = "spiffe://";

    static Destination parse(String text) {
        if (Shown.garbled(text)) {
            throw new IllegalArgumentException("'" + Shown.text(text) + "' " + Shown.GARBLED);
        }
        int colon = text.indexOf(':', text.startsWith(SCHEME) ? SCHEME.length() : 0);
        int slash = text.indexOf('/', colon + 1);
        if (colon <= 0 || slash <= colon + 1 || slash == text.length() - 1) {
            throw new IllegalArgumentException("'" + Shown.text(text)
                    + "' is no destination: write PEER:VOLUME/NAME, for example backup:models/run7/step-100");
        }
        return new Destination(text.substring(0, colon), text.substring(colon + 1, slash), text.substring(slash + 1));
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<Destination> {
        @Override
        public Destination convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** For picocli: bytes per second. */
    static final class RateConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return Quantities.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
