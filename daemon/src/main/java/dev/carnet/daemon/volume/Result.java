package dev.carnet.daemon.volume;

import org.jspecify.annotations.Nullable;

/**
 * A value, or the negated error number that stands in its place.
 *
 * @param error 0 where there is a value
 */
record Result<T>(@Nullable T orNull, int error) {
    static <T> Result<T> of(T value) {
        return new Result<>(value, 0);
    }

    static <T> Result<T> failed(int error) {
        return new Result<>(null, error);
    }

    /**
     * The value.
     *
     * @throws IllegalStateException where there is none: the caller has not looked at {@link #error}
     */
    T value() {
        var there = orNull;
        if (there == null) {
            throw new IllegalStateException("no value but error " + error);
        }
        return there;
    }

    boolean failed() {
        return error != 0;
    }

    boolean failedWith(int errno) {
        return error == -errno;
    }
}
