package dev.carnet.client.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code VOLUME/NAME} at the daemon that is asked. */
record Place(String volume, String name) {
    static Place parse(String text) {
        if (Shown.garbled(text)) {
            throw new IllegalArgumentException("'" + Shown.text(text) + "' " + Shown.GARBLED);
        }
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + Shown.text(text) + "' names no place: write VOLUME/NAME, for example models/run7/step-100");
        }
        return new Place(text.substring(0, slash), text.substring(slash + 1));
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<Place> {
        @Override
        public Place convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
