package dev.carnet.proto.wire;

import dev.carnet.proto.wire.v1.Label;
import java.util.List;
import java.util.regex.Pattern;

/** Form of the labels that people give a checkpoint (SPEC section 4). */
public final class LabelForms {
    private static final Pattern KEY =
            Pattern.compile("[a-z0-9][a-z0-9._-]{0," + (Limits.LABEL_KEY_BYTES_MAX - 1) + "}");

    private LabelForms() {}

    /** Whether a label may have this key, on the wire and in statements. */
    public static boolean isKey(String key) {
        return KEY.matcher(key).matches();
    }

    static void check(FieldCheck check, List<Label> labels) {
        check.count(labels.size(), 0, Limits.LABELS_MAX, "labels");
        String before = "";
        for (Label label : labels) {
            String key = label.getKey();
            check.text(key, Limits.LABEL_KEY_BYTES_MAX, "labels.key");
            check.form(isKey(key), "labels.key", "is not of a-z 0-9 . _ -, beginning with a-z 0-9");
            check.form(before.compareTo(key) < 0, "labels", "do not go up by their keys");
            check.somePlainText(label.getValue(), Limits.LABEL_BYTES_MAX, "labels.value");
            before = key;
        }
    }
}
