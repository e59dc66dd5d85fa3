package dev.carnet.client.audit;

import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Lines of a trust file (LEDGER.md, section 4). Who takes them from the ledger that they are to vouch for has proved nothing: they are for its operator to hand over. */
public final class TrustLines {
    private TrustLines() {}

    /** The log's keys, and the entry keys. */
    public static List<String> of(KeyBinding binding) {
        String origin = binding.list().origin();
        PublicKeys keys = binding.list().keys();
        List<String> lines = new ArrayList<>();
        LogKeys.log(origin, keys.log()).forEach(key -> lines.add("log " + key.vkey()));
        binding.entry().ids().forEach(id -> lines.add("entry " + origin + " " + id));
        return lines;
    }

    /**
     * As a witness of others' logs: one line for each of its two keys, under names that differ.
     *
     * @param name that the policy shall use
     */
    public static List<String> witness(KeyBinding binding, String name) {
        List<NoteKey> keys = LogKeys.witness(
                binding.list().origin() + LogKeys.WITNESS_SUFFIX,
                binding.list().keys().witness());
        return List.of(
                "witness " + name + " " + keys.get(0).vkey(),
                "witness " + name + "-mldsa " + keys.get(1).vkey());
    }

    /** An anchor of a trust domain, to which key proofs have to chain. */
    public static String ca(String domain, X509Certificate anchor) {
        try {
            return "ca " + domain + " " + Base64.getEncoder().encodeToString(anchor.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that cannot be written", e);
        }
    }
}
