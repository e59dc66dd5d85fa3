package dev.carnet.proto.wire;

import dev.carnet.proto.wire.v1.Control;

/** Form checks. */
final class ControlForms {
    private ControlForms() {}

    static void check(Control message) {
        if (message.getBodyCase() == Control.BodyCase.BODY_NOT_SET) {
            throw new ProtocolException("control frame without a body that this version knows");
        }
    }
}
