package dev.carnet.client.demo;

import dev.carnet.client.identity.Identities;
import java.nio.file.Path;
import java.util.Locale;

/** The configurations of the two daemons: as short as they can be, and worth reading as an example. */
final class DemoConfig {

    /**
     * What a configuration needs of one side.
     *
     * @param name what the other calls it
     * @param spiffeId its identity
     * @param folder where everything of it lies
     * @param socket of its local API
     * @param port where it listens, on loopback
     */
    record Side(String name, String spiffeId, Path folder, Path socket, int port) {

        Path config() {
            return folder.resolve("carnetd.toml");
        }

        /** Where its certificate, key and anchors lie. */
        Path identity() {
            return folder.resolve("identity");
        }

        /** The trust domain of its identity. */
        String domain() {
            return spiffeId.substring("spiffe://".length(), spiffeId.lastIndexOf('/'));
        }

        /** What is trusted for a domain, its own or the peer's. */
        Path anchor(Side of) {
            return identity().resolve(of.equals(this) ? Identities.TRUST : "trust-" + of.domain() + ".pem");
        }

        Path certificate() {
            return identity().resolve(Identities.CERTIFICATE);
        }

        Path key() {
            return identity().resolve(Identities.KEY);
        }
    }

    private DemoConfig() {}

    /** Of the daemon that has the checkpoint: it reads one volume, and dials. */
    static String sender(Side self, Side peer, Path volume) {
        return """
                # The sending daemon of a demo. It listens nowhere: it dials the receiver.

                """
                + daemon(self, peer, "")
                + """

                [[volume]]
                name = "source"
                path = %s
                read-only = true

                [[peer]]
                alias = %s
                id = %s
                addresses = ["127.0.0.1:%d"]
                dial = "dial"

                [[policy]]
                peer = %s
                volume = "source"
                allow = ["push-to"]
                """.formatted(
                                text(volume.toString()),
                                text(peer.name()),
                                text(peer.spiffeId()),
                                peer.port(),
                                text(peer.name()));
    }

    /** Of the daemon that takes it: it listens, and lets the sender push into one volume. */
    static String receiver(Side self, Side peer, String volume, Path path) {
        return """
                # The receiving daemon of a demo. It never dials; the sender may push into its one volume.

                """
                + daemon(self, peer, "listen = \"127.0.0.1:" + self.port() + "\"\n")
                + """

                [[volume]]
                name = %s
                path = %s

                [[peer]]
                alias = %s
                id = %s
                dial = "accept"

                [[policy]]
                peer = %s
                volume = %s
                allow = ["push-from"]
                """.formatted(
                                text(volume),
                                text(path.toString()),
                                text(peer.name()),
                                text(peer.spiffeId()),
                                text(peer.name()),
                                text(volume));
    }

    /** @param listen a line, or nothing */
    private static String daemon(Side self, Side peer, String listen) {
        return """
                [daemon]
                state = %s
                socket = %s
                %s
                [identity]
                certificate = %s
                key = %s

                [identity.trust]
                %s = [%s]
                %s = [%s]
                """.formatted(
                        text(self.folder().resolve("state").toString()),
                        text(self.socket().toString()),
                        listen,
                        text(self.certificate().toString()),
                        text(self.key().toString()),
                        text(self.domain()),
                        text(self.anchor(self).toString()),
                        text(peer.domain()),
                        text(self.anchor(peer).toString()));
    }

    /** A basic string of TOML. */
    static String text(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') {
                quoted.append('\\').appendCodePoint(point);
            } else if (Character.isISOControl(point)) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", point));
            } else {
                quoted.appendCodePoint(point);
            }
        });
        return quoted.append('"').toString();
    }
}
