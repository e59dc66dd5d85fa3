package dev.carnet.client.demo;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Command lines that a person can paste. */
final class Command {

    private Command() {}

    /** Words of a command line, quoted for a POSIX shell where they need it. */
    static String line(String... words) {
        return Stream.of(words).map(Command::quote).collect(Collectors.joining(" "));
    }

    /** How to call a launcher from {@code directory}: {@code ./carnet} where it lies there, else by its whole path. */
    static String launcher(Path launcher, Path directory) {
        return directory.equals(launcher.getParent()) ? "./" + launcher.getFileName() : launcher.toString();
    }

    private static String quote(String word) {
        if (!word.isEmpty() && word.chars().allMatch(Command::plain)) {
            return word;
        }
        if (word.chars().anyMatch(Character::isISOControl)) {
            return ansi(word);
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** {@code $'…'}: control characters reach the shell, and never the terminal. */
    private static String ansi(String word) {
        StringBuilder quoted = new StringBuilder("$'");
        word.chars().forEach(c -> {
            if (Character.isISOControl((char) c)) {
                quoted.append("\\u").append(String.format(java.util.Locale.ROOT, "%04x", c));
            } else if (c == '\'' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('\'').toString();
    }

    private static boolean plain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "@%+=:,./_-".indexOf(c) >= 0;
    }
}
