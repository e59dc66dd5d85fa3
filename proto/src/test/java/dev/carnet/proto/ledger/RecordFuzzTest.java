package dev.carnet.proto.ledger;

import static dev.carnet.proto.ledger.RecordVectors.base64;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Whatever arrives, the answer is a record that is written as the very same bytes, or a StatementException. {@code -Dcarnet.campaign=true} tries two hundred
 * times as much.
 */
class RecordFuzzTest {
    @Test
    void statements() {
        List<byte[]> seeds = new ArrayList<>();
        RecordVectors.read("record/statements.json")
                .get("valid")
                .forEach(v -> seeds.add(v.get("payload").asText().getBytes(UTF_8)));
        comesBackOrIsRefused(seeds, 15_000, bytes -> Statement.read(bytes).payload());
    }

    @Test
    void envelopes() {
        List<byte[]> seeds = seeds("record/envelopes.json", "base64");
        comesBackOrIsRefused(seeds, 6_000, bytes -> Dsse.parse(bytes).encode());
    }

    @Test
    void key_proofs_and_their_certificates() {
        comesBackOrIsRefused(seeds("record/bindings.json", "proof"), 3_000, bytes -> {
            KeyProof proof = KeyProof.read(bytes);
            verified(proof);
            return proof.encode();
        });
    }

    /** Certificates that nobody signed: what parses them must not throw what it likes. */
    @Test
    void certificates() {
        KeyProof good = KeyProof.read(seeds("record/bindings.json", "proof").getFirst());
        Mutation.campaign(3_000, random -> {
            byte[] leaf = Mutation.of(good.chain().getFirst(), random);
            if (leaf.length > 0) {
                verified(new KeyProof(good.list(), good.algorithm(), good.signature(), List.of(leaf)));
            }
        });
    }

    private static void verified(KeyProof proof) {
        try {
            LeafSignature.spiffeId(proof.certificates().getFirst());
        } catch (StatementException expected) {
            // not a leaf of ours
        }
        try {
            proof.verifySignature();
        } catch (StatementException expected) {
            // nearly a proof
        }
    }

    @Test
    void key_bindings() {
        JsonNode first = RecordVectors.read("record/bindings.json").get("valid").get(0);
        byte[] binding = base64(first, "binding");
        byte[] proof = base64(first, "proof");
        Mutation.campaign(500, random -> {
            byte[] b = random.nextBoolean() ? binding : Mutation.of(binding, random);
            byte[] p = b != binding && random.nextBoolean() ? proof : Mutation.of(proof, random);
            boolean same = Arrays.equals(b, binding) && Arrays.equals(p, proof);
            try {
                KeyBinding.verify(b, p);
                if (!same) {
                    throw new AssertionError("a changed binding verifies");
                }
            } catch (StatementException expected) {
                if (same) {
                    throw new AssertionError("the binding does not verify", expected);
                }
            }
        });
    }

    @Test
    void json() {
        List<byte[]> seeds = seeds("json/valid.json", "base64");
        comesBackOrIsRefused(
                seeds,
                20_000,
                bytes -> CanonicalJson.write(CanonicalJson.read(bytes, 64 << 10, CanonicalJson.DEPTH_MAX)));
    }

    @Test
    void lists_of_chunks() {
        byte[] text = RecordVectors.read("record/statements.json")
                .get("chunks")
                .get("text")
                .asText()
                .getBytes(UTF_8);
        Mutation.campaign(10_000, random -> {
            byte[] bytes = Mutation.of(text, random);
            try {
                ChunkList.Reader reader = new ChunkList.Reader(new ByteArrayInputStream(bytes));
                while (reader.next().isPresent()) {}
            } catch (StatementException expected) {
                // nearly a list
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void comesBackOrIsRefused(List<byte[]> seeds, int trials, UnaryOperator<byte[]> readAndWrite) {
        Mutation.campaign(trials, random -> {
            byte[] bytes = random.nextInt(20) == 0
                    ? Mutation.random(random, 100)
                    : Mutation.of(seeds.get(random.nextInt(seeds.size())), random);
            try {
                if (!Arrays.equals(readAndWrite.apply(bytes), bytes)) {
                    throw new AssertionError("read, and written as other bytes: " + new String(bytes, UTF_8));
                }
            } catch (StatementException expected) {
                // nearly a record
            }
        });
    }

    private static List<byte[]> seeds(String file, String member) {
        List<byte[]> seeds = new ArrayList<>();
        JsonNode vectors = RecordVectors.read(file);
        (vectors.isArray() ? vectors : vectors.get("valid")).forEach(v -> seeds.add(base64(v, member)));
        return seeds;
    }
}
