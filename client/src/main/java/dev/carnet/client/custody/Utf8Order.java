package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Comparator;

/** By the bytes of UTF-8: {@link String#compareTo} has another order above U+FFFF. */
final class Utf8Order {
    static final Comparator<String> BYTES =
            (one, other) -> Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8));

    private Utf8Order() {}
}
