package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.proto.hash.Hash32;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkListTest {
    private static final String CV = "ab".repeat(32);
    private static final Hash32 HASH = Hash32.ofHex(CV);

    @Test
    void reads_and_writes_what_others_wrote() throws IOException {
        JsonNode vector = RecordVectors.read("record/statements.json").get("chunks");
        byte[] text = vector.get("text").asText().getBytes(UTF_8);
        List<ChunkList.Chunk> chunks = read(text);
        assertThat(chunks).hasSize(4).last().extracting(ChunkList.Chunk::member).isEqualTo(999_999);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ChunkList.Writer writer = new ChunkList.Writer(out);
        for (ChunkList.Chunk chunk : chunks) {
            writer.add(chunk);
        }
        assertThat(out.toByteArray()).isEqualTo(text);
        assertThat(Digests.sha256Hex(text)).isEqualTo(vector.get("sha256").asText());
        assertThat(read("carnet-chunks v1\n".getBytes(UTF_8))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "carnet-chunks v2\n",
                "carnet-chunks v1",
                "carnet-chunks v1\r\n",
                "carnet-chunks v1\n1 0 " + "X",
                "carnet-chunks v1\n1 0 CV",
                "carnet-chunks v1\n\n",
                "carnet-chunks v1\n1 0\n",
                "carnet-chunks v1\n1 0 CV \n",
                "carnet-chunks v1\n1  CV\n",
                "carnet-chunks v1\n01 0 CV\n",
                "carnet-chunks v1\n+1 0 CV\n",
                "carnet-chunks v1\n-1 0 CV\n",
                "carnet-chunks v1\n1 -0 CV\n",
                "carnet-chunks v1\n1000000 0 CV\n",
                "carnet-chunks v1\n1 2147483648 CV\n",
                "carnet-chunks v1\n1 99999999999999999999 CV\n",
                "carnet-chunks v1\n1 0 CV\n1 0 CV\n",
                "carnet-chunks v1\n1 1 CV\n1 0 CV\n",
                "carnet-chunks v1\n2 0 CV\n1 1 CV\n",
                "carnet-chunks v1\n1 0 CVCV\n",
                "carnet-chunks v1\n\u0661 0 CV\n"
            })
    void refuses_everything_else(String text) {
        assertThatThrownBy(() -> read(text.replace("CV", CV).getBytes(UTF_8))).isInstanceOf(StatementException.class);
        String upper = text.replace("CV", CV.toUpperCase());
        assertThatThrownBy(() -> read(upper.getBytes(UTF_8))).isInstanceOf(StatementException.class);
    }

    @Test
    void a_line_without_end_is_not_read_to_its_end() {
        byte[] text = ("carnet-chunks v1\n" + "1".repeat(1 << 20)).getBytes(UTF_8);
        ByteArrayInputStream in = new ByteArrayInputStream(text);
        assertThatThrownBy(() -> new ChunkList.Reader(in).next()).isInstanceOf(StatementException.class);
        assertThat(in.available()).isGreaterThan((1 << 20) - 200);
    }

    @Test
    void a_writer_keeps_the_order() throws IOException {
        ChunkList.Writer writer = new ChunkList.Writer(new ByteArrayOutputStream());
        writer.add(new ChunkList.Chunk(1, 1, HASH));
        assertThatThrownBy(() -> writer.add(new ChunkList.Chunk(1, 1, HASH))).isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> writer.add(new ChunkList.Chunk(0, 2, HASH))).isInstanceOf(StatementException.class);
    }

    private static List<ChunkList.Chunk> read(byte[] text) throws IOException {
        ChunkList.Reader reader = new ChunkList.Reader(new ByteArrayInputStream(text));
        List<ChunkList.Chunk> chunks = new ArrayList<>();
        for (Optional<ChunkList.Chunk> c = reader.next(); c.isPresent(); c = reader.next()) {
            chunks.add(c.get());
        }
        return chunks;
    }
}
