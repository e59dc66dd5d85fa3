package dev.carnet.daemon.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.MemberLine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerTextTest {
    private static final String RAW = "a\u001b[2J\u009bb\u202ec\n";
    private static final String SHOWN = "a\ufffd[2J\ufffdb\ufffdc\ufffd";

    @Test
    void whatever_a_message_says_for_people_is_plain() {
        List<String> bodies = new ArrayList<>();
        for (FieldDescriptor body : Control.getDescriptor().getFields()) {
            for (FieldDescriptor text : body.getMessageType().getFields()) {
                if (List.of("sentence", "state", "software").contains(text.getName())
                        && text.getJavaType() == FieldDescriptor.JavaType.STRING) {
                    Control shown = PeerText.shown(with(body, text, RAW));
                    Message inner = (Message) shown.getField(body);
                    assertThat(inner.getField(text)).as(text.getFullName()).isEqualTo(SHOWN);
                    bodies.add(body.getName() + "." + text.getName());
                }
            }
        }
        assertThat(bodies)
                .contains(
                        "hello.software",
                        "goodbye.sentence",
                        "refuse.sentence",
                        "cancel.sentence",
                        "aborted.sentence",
                        "waiting.sentence",
                        "probe_result.sentence");
    }

    private static Control with(FieldDescriptor body, FieldDescriptor text, String value) {
        Control.Builder message = Control.newBuilder();
        Message.Builder inner = message.newBuilderForField(body).setField(text, value);
        return message.setField(body, inner.build()).build();
    }

    /** What is replaced is longer than what stood there. */
    @Test
    void a_sentence_stays_within_its_limit() {
        Control cancel = Control.newBuilder()
                .setCancel(Cancel.newBuilder().setSentence("\u0007".repeat(Limits.SENTENCE_BYTES_MAX)))
                .build();
        assertThat(PeerText.shown(cancel).getCancel().getSentence().getBytes(UTF_8))
                .hasSizeLessThanOrEqualTo(Limits.SENTENCE_BYTES_MAX)
                .hasSizeGreaterThan(Limits.SENTENCE_BYTES_MAX - 3);
    }

    @Test
    void what_is_plain_and_what_is_no_text_stays_as_it_came() {
        Control plain = Control.newBuilder()
                .setCancel(Cancel.newBuilder().setSentence("\u00e9\u05d0 is fine"))
                .build();
        assertThat(PeerText.shown(plain)).isSameAs(plain);
        Control page = Control.newBuilder()
                .setFilePage(
                        FilePage.newBuilder().addMembers(MemberLine.newBuilder().setPath(ByteString.copyFromUtf8(RAW))))
                .build();
        assertThat(PeerText.shown(page)).isSameAs(page);
        assertThat(PeerText.shown(Control.getDefaultInstance())).isSameAs(Control.getDefaultInstance());
    }
}
