package dev.carnet.client.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.verify.Names;
import dev.carnet.client.verify.Statement;
import dev.carnet.client.verify.VerifyText;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A receipt as a person reads it. Everything in it comes out of a file, and is made fit to be shown. */
public final class ReceiptText {

    private static final int KEY_ID_SHOWN = 16;

    private ReceiptText() {}

    /** Its lines. */
    public static List<String> lines(Statement receipt) {
        JsonNode said = receipt.predicate();
        JsonNode source = said.path("source");
        JsonNode destination = said.path("destination");
        List<String> lines = new ArrayList<>();
        row(
                lines,
                "what",
                count(said, "files", "file") + ", "
                        + VerifyText.bytes(said.path("logicalBytes").asLong()) + " in "
                        + count(said, "directories", "directory"));
        row(lines, "tree", text(receipt.subject()));
        row(lines, "content", text(said, "content"));
        row(lines, "from", text(source, "id"));
        row(lines, "", "sealed " + text(source, "time") + ", ledger " + text(source, "origin"));
        row(lines, "to", text(destination, "id"));
        row(
                lines,
                "",
                "as " + text(destination, "volume") + "/" + text(destination, "name") + ", published "
                        + text(destination, "time") + ", ledger " + text(destination, "origin"));
        row(lines, "transfer", text(said, "transfer"));
        row(
                lines,
                "wire",
                VerifyText.bytes(said.path("wireBytes").asLong()) + ", of which sent again "
                        + VerifyText.bytes(said.path("resentBytes").asLong()));
        for (JsonNode session : said.path("sessions")) {
            row(lines, "session", text(session, "group") + ", " + text(session, "suite"));
            row(lines, "", "from " + text(session, "opened") + " to " + text(session, "closed"));
        }
        if (said.hasNonNull("sessionsMore")) {
            row(lines, "sessions", "more of them: blob " + text(said, "sessionsMore"));
        }
        for (Statement.Signature signature : receipt.signatures()) {
            row(lines, "signed", signature.algorithm() + " by key " + keyId(signature));
        }
        row(lines, "SHA-256", sha256(receipt.payload()) + " of the statement: joins the two ledgers");
        return List.copyOf(lines);
    }

    private static void row(List<String> lines, String label, String value) {
        lines.add(label + " ".repeat(Math.max(1, 10 - label.length())) + value);
    }

    private static String count(JsonNode said, String member, String word) {
        long count = said.path(member).asLong();
        String plural = word.endsWith("y") ? word.substring(0, word.length() - 1) + "ies" : word + "s";
        return count + " " + (count == 1 ? word : plural);
    }

    private static String text(JsonNode object, String member) {
        return text(object.path(member).asText(""));
    }

    private static String text(String value) {
        return value.isEmpty() ? "(not said)" : Names.show(value);
    }

    private static String keyId(Statement.Signature signature) {
        String id = Names.show(signature.keyId());
        return id.length() <= KEY_ID_SHOWN ? id : id.substring(0, KEY_ID_SHOWN) + "…";
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
