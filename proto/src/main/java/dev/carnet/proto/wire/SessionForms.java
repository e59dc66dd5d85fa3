package dev.carnet.proto.wire;

import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.Goodbye;
import dev.carnet.proto.wire.v1.Hello;
import dev.carnet.proto.wire.v1.NeedStreams;
import java.util.List;

/** Form of the messages that make and end a session. */
final class SessionForms {
    private static final int VERSION_MAX = 0xffff;

    private SessionForms() {}

    static void hello(Hello m) {
        FieldCheck check = new FieldCheck("Hello");
        check.number(m.getVersionMin(), 1, VERSION_MAX, "version_min");
        check.number(m.getVersionMax(), m.getVersionMin(), VERSION_MAX, "version_max");
        if (!m.getSessionId().isEmpty()) {
            check.id(m.getSessionId(), "session_id");
        }
        check.spiffeId(m.getSpiffeId(), "spiffe_id");
        check.origin(m.getLogOrigin(), "log_origin");
        check.text(m.getSoftware(), Limits.LABEL_BYTES_MAX, "software");
        if (!m.getFollowsSession().isEmpty()) {
            check.id(m.getFollowsSession(), "follows_session");
        }
        check.number(m.getStreamsMax(), 0, Limits.STREAMS_MAX, "streams_max");
        extensions(check, m.getExtensionsList());
    }

    static void goodbye(Goodbye m) {
        FieldCheck check = new FieldCheck("Goodbye");
        check.code(m.getCode());
        check.sentence(m.getSentence());
    }

    static void needStreams(NeedStreams m) {
        new FieldCheck("NeedStreams").number(m.getStreams(), 1, Limits.STREAMS_MAX, "streams");
    }

    static void extensions(FieldCheck check, List<Extension> extensions) {
        check.count(extensions.size(), 0, Limits.EXTENSIONS_MAX, "extensions");
        for (Extension extension : extensions) {
            check.someText(extension.getName(), Limits.LABEL_BYTES_MAX, "extensions.name");
        }
    }
}
