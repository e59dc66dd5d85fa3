package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Blake3.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * proto/vectors/blake3/chunks.json: CVs and roots at the boundaries of leaves and chunks, made by the authors' own
 * code.
 */
class ChunkVectorsTest {

    @ParameterizedTest
    @MethodSource("dev.carnet.proto.hash.Implementations#all")
    void agree(Blake3 blake3) throws IOException {
        JsonNode cases =
                new ObjectMapper().readTree(TestData.own("blake3/chunks.json").toFile());
        assertThat(cases).hasSize(12);
        for (JsonNode c : cases) {
            int length = c.get("length").asInt();
            List<Hash32> cvs = new ArrayList<>();
            c.get("cvs").forEach(cv -> cvs.add(Hash32.ofHex(cv.asText())));
            Hash32 root = Hash32.ofHex(c.get("root").asText());
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment file = arena.allocate(length + 1L).asSlice(1); // so that no word of it is aligned
                MemorySegment.copy(MemorySegment.ofArray(TestData.pattern(length)), 0, file, 0, length);
                assertThat(cvs(blake3, file))
                        .as("%s, CVs of %s bytes", blake3.kind(), length)
                        .isEqualTo(cvs);
                assertThat(root(blake3, file, cvs))
                        .as("%s, root of %s bytes", blake3.kind(), length)
                        .isEqualTo(root);
                assertThat(new Blake3Hasher(blake3).update(file, 0, length).digest())
                        .isEqualTo(root);
            }
        }
    }

    private static List<Hash32> cvs(Blake3 blake3, MemorySegment file) {
        List<Hash32> cvs = new ArrayList<>();
        byte[] cv = new byte[32];
        for (long at = 0; at < file.byteSize(); at += CHUNK_BYTES) {
            int length = (int) Math.min(CHUNK_BYTES, file.byteSize() - at);
            blake3.chunkCv(file, at, length, at / CHUNK_BYTES, cv);
            cvs.add(Hash32.of(cv));
        }
        return cvs;
    }

    private static Hash32 root(Blake3 blake3, MemorySegment file, List<Hash32> cvs) {
        if (cvs.size() > 1) {
            return CvTree.root(cvs);
        }
        byte[] root = new byte[32];
        blake3.rootOfSingleChunk(file, 0, (int) file.byteSize(), root);
        return Hash32.of(root);
    }
}
