package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.wire.LabelForms;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.PlainText;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Label;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels that a caller gives to a transfer. */
final class Labels {
    private Labels() {}

    /**
     * In the order of their keys, as they travel.
     *
     * @throws TransferException LIMIT, BAD_NAME: by the rules of SPEC section 4
     */
    static List<Label> wire(Map<String, String> labels) {
        if (labels.size() > Limits.LABELS_MAX) {
            throw new TransferException(
                    Code.LIMIT, labels.size() + " labels: a transfer has at most " + Limits.LABELS_MAX);
        }
        labels.forEach((key, value) -> {
            int bytes = value.getBytes(UTF_8).length;
            if (!LabelForms.isKey(key)) {
                throw new TransferException(
                        Code.BAD_NAME,
                        "no label can have that key: 1 to " + Limits.LABEL_KEY_BYTES_MAX
                                + " of a-z 0-9 . _ -, the first a letter or digit");
            }
            if (bytes < 1 || bytes > Limits.LABEL_BYTES_MAX || !PlainText.is(value)) {
                throw new TransferException(
                        Code.BAD_NAME,
                        "the label '" + key + "' has a value of " + bytes
                                + " bytes, or one that is no plain text: 1 to "
                                + Limits.LABEL_BYTES_MAX
                                + " bytes without control characters and without those that change the direction of text");
            }
        });
        return new TreeMap<>(labels)
                .entrySet().stream()
                        .map(entry -> Label.newBuilder()
                                .setKey(entry.getKey())
                                .setValue(entry.getValue())
                                .build())
                        .toList();
    }

    static Map<String, String> of(List<Label> labels) {
        return labels.stream().collect(Collectors.toMap(Label::getKey, Label::getValue, (a, b) -> b, TreeMap::new));
    }
}
