package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The in-toto frame around a predicate: one subject with one SHA-256.
 *
 * @param predicate its type
 * @param subject name of the subject
 * @param digest SHA-256 of the subject, lower-case hex
 * @param members of the predicate
 * @param payload the bytes that were read
 */
record StatementText(Predicate predicate, String subject, String digest, Members members, byte[] payload) {
    private static final String TYPE = "https://in-toto.io/Statement/v1";

    static byte[] write(Predicate predicate, String subject, String digest, Map<String, Object> members) {
        return CanonicalJson.write(Map.of(
                "_type",
                TYPE,
                "subject",
                List.of(Map.of("name", subject, "digest", Map.of("sha256", digest))),
                "predicateType",
                predicate.type(),
                "predicate",
                members));
    }

    static StatementText read(byte[] payload) {
        Members statement = new Members(
                CanonicalJson.readObject(payload, Limits.ENTRY_BYTES_MAX, CanonicalJson.DEPTH_MAX), "statement");
        Forms.require(statement.string("_type").equals(TYPE), "statement._type is not " + TYPE);
        Predicate predicate = predicate(statement.string("predicateType"));
        List<Members> subjects = statement.objects("subject");
        Forms.require(subjects.size() == 1, "statement.subject has not exactly one element");
        String name = subjects.getFirst().string("name");
        Members digests = subjects.getFirst().object("digest");
        subjects.getFirst().end();
        String digest = digests.string("sha256");
        digests.end();
        Members members = statement.object("predicate");
        statement.end();
        return new StatementText(predicate, name, digest, members, payload);
    }

    /** The subject's digest, where its name is this. */
    String digestOf(String name) {
        Forms.require(subject.equals(name), "the subject of " + predicate.label() + " is not named " + name);
        return digest;
    }

    /** This text, which is expected to be of a type. */
    StatementText expect(Predicate expected) {
        Forms.require(predicate == expected, "a statement of type " + predicate.label() + ", not " + expected.label());
        return this;
    }

    /** Every member was taken, and the statement is these bytes and no others. */
    <S extends Statement> S mustBe(S statement) {
        members.end();
        Forms.require(
                Arrays.equals(statement.payload(), payload),
                "the statement is not written the one way there is for " + predicate.label());
        return statement;
    }

    private static Predicate predicate(String type) {
        for (Predicate predicate : Predicate.values()) {
            if (predicate.type().equals(type)) {
                return predicate;
            }
        }
        throw new StatementException("statement.predicateType is none that this version knows");
    }
}
