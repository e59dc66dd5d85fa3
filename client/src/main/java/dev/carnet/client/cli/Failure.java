package dev.carnet.client.cli;

import dev.carnet.client.Json;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How every command says that it failed: a code, a sentence, what to do; and by the code, what it ends with.
 *
 * @param code of SPEC section 13, of {@link dev.carnet.client.ApiException}, or one of this class
 * @param sentence for people
 */
record Failure(String code, String sentence) {
    /** A certificate, key, request or card is not what is needed. */
    static final String BAD_CERTIFICATE = "BAD_CERTIFICATE";

    /** A file that was named is missing, there already, or not for this user. */
    static final String BAD_FILE = "BAD_FILE";

    /** A ledger, proof or log checkpoint is not what it says. */
    static final String BAD_LEDGER = "BAD_LEDGER";

    /** What the file system said. */
    static Failure of(java.io.IOException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e) {
            case FileAlreadyExistsException there ->
                new Failure(
                        BAD_FILE,
                        there.getFile()
                                + " is there already and is not replaced: move it away, or choose another place");
            case NoSuchFileException missing -> new Failure(BAD_FILE, missing.getFile() + " does not exist");
            case AccessDeniedException denied ->
                new Failure(BAD_FILE, denied.getFile() + " may not be read or written by this user");
            case FileSystemException other
            when message.contains("No space left") ->
                new Failure("NO_SPACE", other.getFile() + " cannot be written: the file system is full");
            default -> new Failure(message.contains("No space left") ? "NO_SPACE" : BAD_FILE, e.toString());
        };
    }

    /** On standard error; with {@code json} an object on standard output too, whose last line it is. */
    ExitCode say(PrintWriter err, PrintWriter out, boolean json) {
        var exit = say(err);
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", false);
            object.put("code", code);
            object.put("error", sentence);
            out.println(Json.write(object));
            out.flush();
        }
        return exit;
    }

    ExitCode say(PrintWriter err) {
        err.println("carnet: " + Shown.text(code) + ": " + Shown.sentence(sentence));
        err.println("  " + Advice.on(code));
        err.flush();
        return ExitCode.of(code);
    }
}
