package dev.carnet.daemon.transport;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Control;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a peer says for people, made fit to be shown, stored and logged, in the one place where it enters: nothing in it controls a terminal, ends a line, or turns the text around it. What is signed or hashed has
 * other fields, and stays as it came.
 */
final class PeerText {
    private static final List<String> FOR_PEOPLE = List.of("sentence", "state", "software");

    /** By the number of a body in {@link Control}. */
    private static final Map<Integer, List<FieldDescriptor>> FIELDS = fields();

    private PeerText() {}

    private static Map<Integer, List<FieldDescriptor>> fields() {
        Map<Integer, List<FieldDescriptor>> found = new HashMap<>();
        for (FieldDescriptor body : Control.getDescriptor().getFields()) {
            List<FieldDescriptor> texts = body.getMessageType().getFields().stream()
                    .filter(field -> FOR_PEOPLE.contains(field.getName())
                            && field.getJavaType() == FieldDescriptor.JavaType.STRING)
                    .toList();
            if (!texts.isEmpty()) {
                found.put(body.getNumber(), texts);
            }
        }
        return Map.copyOf(found);
    }

    /** The same message, where there is nothing to replace. */
    static Control shown(Control message) {
        int number = message.getBodyCase().getNumber();
        List<FieldDescriptor> texts = FIELDS.getOrDefault(number, List.of());
        if (texts.isEmpty()) {
            return message;
        }
        FieldDescriptor field = Control.getDescriptor().findFieldByNumber(number);
        Message body = (Message) message.getField(field);
        Message.Builder plain = null;
        for (FieldDescriptor text : texts) {
            String said = (String) body.getField(text);
            String shown = Sentences.clip(Sentences.shown(said));
            if (!shown.equals(said)) {
                plain = (plain == null ? body.toBuilder() : plain).setField(text, shown);
            }
        }
        return plain == null
                ? message
                : message.toBuilder().setField(field, plain.build()).build();
    }
}
