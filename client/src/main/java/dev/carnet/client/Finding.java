package dev.carnet.client;

/**
 * What the doctor found.
 *
 * @param json everything the daemon said
 */
public record Finding(JsonObject json) {
    public String check() {
        return json.text("check");
    }

    /** "ok", "warning" or "error", in either case. */
    public String level() {
        return json.text("level");
    }

    public String found() {
        return json.text("found");
    }

    public String whatToDo() {
        return json.optionalText("whatToDo").orElse("");
    }
}
