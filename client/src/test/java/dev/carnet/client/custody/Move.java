package dev.carnet.client.custody;

/**
 * A transfer in a made-up history.
 *
 * @param id 32 hex digits
 * @param tree digest
 * @param content digest
 */
record Move(String id, Diary source, Diary destination, String volume, String name, String tree, String content) {
    static Move of(int number, Diary source, Diary destination, String name) {
        return new Move(
                "%032x".formatted(number),
                source,
                destination,
                "models",
                name,
                Diary.digest("tree of " + name),
                Diary.digest("content of " + name));
    }

    /** The same, to another place. */
    Move onTo(int number, Diary next) {
        return new Move("%032x".formatted(number), destination, next, volume, name, tree, content);
    }

    String offer() {
        return Diary.digest("offer " + id);
    }
}
