package dev.carnet.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.api.NewPeer;
import dev.carnet.daemon.api.PeerAdded;
import dev.carnet.daemon.api.ReloadInfo;
import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.PeerConfig;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds peers: one file each in {@code carnetd.d/} beside the configuration, and one for its anchors. The configuration as a whole judges what was written; where it refuses, the files are gone again.
 */
final class PeerFiles {
    private static final Logger log = LoggerFactory.getLogger(PeerFiles.class);
    private static final Pattern ALIAS = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final int RULE_ALIAS_MAX = 56;

    private final Live live;

    PeerFiles(Live live) {
        this.live = live;
    }

    /**
     * Writes and takes up.
     *
     * @throws TransferException NAME_TAKEN; BAD_NAME, UNSUPPORTED with what the configuration says of it; READ_ONLY
     */
    PeerAdded add(NewPeer peer) {
        synchronized (live) { // no other reload reads what is about to be taken back
            SpiffeId id = check(peer);
            Path directory = Config.dropIns(live.now().config().file());
            Path toml = directory.resolve(peer.alias() + ".toml");
            Path pem = directory.resolve(peer.alias() + ".pem");
            List<Path> written = new ArrayList<>();
            try {
                Files.createDirectories(directory);
                if (Files.exists(toml) || (peer.trust().isPresent() && Files.exists(pem))) {
                    throw taken("the file " + toml
                            + " (or its .pem) is there already: edit it, then `carnet peer` is not needed");
                }
                if (peer.trust().isPresent()) {
                    written.add(pem);
                    write(pem, peer.trust().get());
                }
                written.add(toml);
                write(toml, text(peer, id));
            } catch (IOException e) {
                remove(written);
                throw new TransferException(
                        Code.READ_ONLY,
                        "the peer cannot be written to " + directory + " (" + e
                                + "): let the daemon's user write there, or add the peer to the configuration by hand",
                        e);
            }
            return takeUp(peer, toml, written);
        }
    }

    private PeerAdded takeUp(NewPeer peer, Path toml, List<Path> written) {
        ReloadInfo reload = live.reload("peer " + peer.alias());
        if (!reload.ok()) {
            remove(written);
            ReloadInfo back = live.reload("peer " + peer.alias() + " was not taken");
            String sentence = back.ok()
                    ? "not added, nothing has changed: " + reload.detail()
                    : "not added: the configuration on disk is wrong already: " + back.detail();
            throw new TransferException(back.ok() ? Code.BAD_NAME : Code.STOPPED, sentence);
        }
        log.info("the peer {} ({}) was added: {}", peer.alias(), peer.id(), toml);
        return new PeerAdded(peer.alias(), peer.id(), toml.toString(), reload.detail(), reload.needsRestart());
    }

    /** What would be a file's name must be an alias before it is one. */
    private SpiffeId check(NewPeer peer) {
        if (!ALIAS.matcher(peer.alias()).matches()) {
            throw new TransferException(
                    Code.BAD_NAME,
                    "'" + peer.alias() + "' is no alias: 1 to 64 of a-z 0-9 - _ . beginning with a letter or digit");
        }
        for (PeerConfig known : live.now().config().peers()) {
            if (known.alias().equals(peer.alias())) {
                throw taken("the alias '" + peer.alias() + "' is that of "
                        + known.id().uri() + " already");
            }
            if (known.id().uri().equals(peer.id())) {
                throw taken("the peer " + peer.id() + " is there already, as '" + known.alias() + "'");
            }
        }
        try {
            return SpiffeId.parse(peer.id());
        } catch (IdentityException e) {
            throw new TransferException(Code.BAD_NAME, "'" + peer.id() + "' is no SPIFFE ID: " + e.getMessage(), e);
        }
    }

    private static TransferException taken(String sentence) {
        return new TransferException(Code.NAME_TAKEN, sentence);
    }

    /** As somebody would have written it by hand. */
    static String text(NewPeer peer, SpiffeId id) {
        StringBuilder text = new StringBuilder("# Written by `carnet peer add`; edit or remove it, then reload.\n");
        if (peer.trust().isPresent()) {
            text.append("[identity.trust]\n")
                    .append(quoted(id.trustDomain()))
                    .append(" = ")
                    .append(quoted(peer.alias() + ".pem"))
                    .append("\n\n");
        }
        text.append("[[peer]]\nalias = ").append(quoted(peer.alias()));
        text.append("\nid = ").append(quoted(peer.id())).append('\n');
        if (!peer.addresses().isEmpty()) {
            text.append("addresses = [")
                    .append(String.join(
                            ", ",
                            peer.addresses().stream().map(PeerFiles::quoted).toList()))
                    .append("]\n");
        }
        peer.dial()
                .ifPresent(dial -> text.append("dial = ").append(quoted(dial)).append('\n'));
        String stem =
                peer.alias().substring(0, Math.min(RULE_ALIAS_MAX, peer.alias().length()));
        int number = 0;
        for (NewPeer.Allow rule : peer.allow()) {
            text.append("\n[[policy]]\nname = ")
                    .append(quoted(stem + "-" + ++number))
                    .append("\npeer = ")
                    .append(quoted(peer.alias()))
                    .append("\nvolume = ")
                    .append(quoted(rule.volume()))
                    .append("\nallow = ")
                    .append(quoted(rule.allow()))
                    .append('\n');
        }
        return text.toString();
    }

    /** A basic string of TOML: nothing that a caller sends can end it. */
    private static String quoted(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c == 0x7f) {
                quoted.append(String.format(java.util.Locale.ROOT, "\\u%04X", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /** In one step, durably. A name that begins with a point is nobody's configuration. */
    private static void write(Path file, String content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel out = FileChannel.open(
                temporary,
                java.util.Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")))) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    private static void remove(List<Path> files) {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                log.error("{} was not taken and cannot be removed: remove it", file, e);
            }
        }
    }
}
