package dev.carnet.daemon.doctor;

/**
 * What one look found.
 *
 * @param check what was looked at, a word or two
 * @param found a sentence, with figures where there are some
 * @param whatToDo a sentence; empty where nothing is to be done
 */
public record Finding(String check, Level level, String found, String whatToDo) {
    /** How bad it is. */
    public enum Level {
        OK,
        /** It works, but not as it should, or not for long. */
        WARNING,
        /** It does not work. */
        ERROR
    }

    static Finding ok(String check, String found) {
        return new Finding(check, Level.OK, found, "");
    }

    static Finding warning(String check, String found, String whatToDo) {
        return new Finding(check, Level.WARNING, found, whatToDo);
    }

    static Finding error(String check, String found, String whatToDo) {
        return new Finding(check, Level.ERROR, found, whatToDo);
    }
}
