package dev.carnet.client.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.client.verify.CheckpointRecords;
import dev.carnet.client.verify.PublishedCheckpoint;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoPartsTest {

    @TempDir
    Path folder;

    @Test
    void aPushTakesSecondsAndNeverHours() {
        assertThat(PushLimit.of(0)).isEqualTo(1 << 20);
        assertThat(PushLimit.of(90_000_000)).isEqualTo(15_000_000);
        assertThat(PushLimit.of(20L << 30)).isZero();
    }

    @Test
    void commandsCanBePasted() throws Exception {
        String[] words = {"plain/path-1.2", "two  words", "it's", "$(no)", "", "line\nbreak\u001b['\\", "日本"};
        String line = Command.line(words);
        assertThat(line)
                .startsWith("plain/path-1.2 'two  words' ")
                .doesNotContain("\n")
                .doesNotContain("\u001b");
        Process shell = new ProcessBuilder("bash", "-c", "printf '%s\\0' " + line).start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).isEqualTo(String.join("\0", words) + "\0");
        assertThat(Command.launcher(Path.of("/x/carnet"), Path.of("/x"))).isEqualTo("./carnet");
        assertThat(Command.launcher(Path.of("/x/carnet"), Path.of("/y"))).isEqualTo("/x/carnet");
    }

    @Test
    void theWorkFolderHoldsNothingOfAnEarlierDemo() throws Exception {
        Path work = folder.resolve("new/work");
        assertThat(WorkFolder.make(Optional.of(work), Optional.empty()).root()).isDirectory();
        Files.writeString(work.resolve("something else"), "is left alone");
        WorkFolder made = WorkFolder.make(Optional.of(work), Optional.empty());
        Files.createDirectory(made.daemon("sender"));
        assertThat(made.own()).as("what lay there is nothing to remove").containsExactly(made.daemon("sender"));
        assertThatThrownBy(() -> WorkFolder.make(Optional.of(work), Optional.empty()))
                .isInstanceOf(DemoException.class)
                .hasMessageContaining("sender is there already");
        assertThatThrownBy(() -> WorkFolder.make(Optional.of(folder.resolve("a/b")), Optional.of(folder.resolve("a"))))
                .isInstanceOf(DemoException.class)
                .hasMessageContaining("must stand still");
        assertThatThrownBy(() -> WorkFolder.make(Optional.of(folder.resolve("a")), Optional.of(folder.resolve("a/b"))))
                .isInstanceOf(DemoException.class)
                .hasMessageContaining("lies in --work");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> WorkFolder.make(Optional.of(file), Optional.empty()))
                .isInstanceOf(DemoException.class)
                .hasMessageContaining("is no folder");
    }

    @Test
    void aSocketHasAShortPath() throws Exception {
        WorkFolder work = WorkFolder.make(Optional.of(folder.resolve("x".repeat(100))), Optional.empty());
        Path socket = work.socket("sender");
        assertThat(socket.toString().length()).isLessThanOrEqualTo(100);
        Files.delete(socket.getParent());
    }

    @Test
    void aSourceIsNamedAfterItsFolderWhereThatMayBe() throws Exception {
        Path plain = Files.createDirectory(folder.resolve("step 100"));
        Files.write(plain.resolve("w"), new byte[10]);
        Files.createDirectory(plain.resolve("empty"));
        Files.createSymbolicLink(plain.resolve("link"), plain);
        Source source = Source.given(plain);
        assertThat(source.name()).isEqualTo("step 100");
        assertThat(source.volume()).isEqualTo(folder.toRealPath());
        assertThat(source.size()).isEqualTo(new SourceSize(1, 10));
        assertThat(Source.given(Files.createDirectory(folder.resolve("a\tb"))).name())
                .isEqualTo("checkpoint");
        assertThat(Source.given(plain.resolve("w")).size()).isEqualTo(new SourceSize(1, 10));
        assertThatThrownBy(() -> Source.given(folder.resolve("none"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> Source.given(Path.of("/"))).hasMessageContaining("no parent");
    }

    @Test
    void comparesByteByByte() throws Exception {
        PublishedCheckpoint copy = new PublishedCheckpoint(folder.resolve("volume"), "copy");
        Path source = Files.createDirectories(folder.resolve("source/deep")).getParent();
        byte[] bytes = new byte[(3 << 20) + 5];
        Files.write(source.resolve("deep/weights"), bytes);
        Files.write(source.resolve("empty"), new byte[0]);
        Files.createDirectories(copy.root().resolve("deep"));
        Files.write(copy.root().resolve("deep/weights"), bytes);
        Files.write(copy.root().resolve("empty"), new byte[0]);
        copy.recordIt();
        CheckpointRecords records = CheckpointRecords.find(copy.root());
        assertThat(new ByteComparison().compare(source, records)).isEqualTo(2);
        try (RandomAccessFile file =
                new RandomAccessFile(source.resolve("deep/weights").toFile(), "rw")) {
            file.seek((2 << 20) + 77);
            file.write(1);
        }
        assertThatThrownBy(() -> new ByteComparison().compare(source, records))
                .hasMessage("deep/weights differs from the source at byte " + ((2 << 20) + 77));
        Files.write(source.resolve("empty"), new byte[1]);
        assertThat(new ByteComparison()
                        .mismatch(source.resolve("empty"), copy.root().resolve("empty")))
                .isZero();
    }

    @Test
    void seededWeightsLookLikeAModel() throws Exception {
        Path model = new SeededWeights().into(folder);
        Path shard = model.resolve("model-00001-of-00004.safetensors");
        try (var in = Files.newInputStream(shard)) {
            long length = ByteBuffer.wrap(in.readNBytes(8))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            JsonNode header = new ObjectMapper().readTree(in.readNBytes((int) length));
            assertThat(header).hasSize(8);
            assertThat(header.path("layers.7.weight")
                            .path("data_offsets")
                            .path(1)
                            .asLong())
                    .isEqualTo(Files.size(shard) - 8 - length)
                    .isEqualTo(32 << 20);
        }
        assertThat(SourceSize.of(model).files()).isEqualTo(6);
        JsonNode index = new ObjectMapper()
                .readTree(model.resolve("model.safetensors.index.json").toFile());
        assertThat(index.path("weight_map")).hasSize(32);
    }

    @Test
    void aConfigurationQuotesWhatPathsMayHold() {
        assertThat(DemoConfig.text("a\"b\\c\td é")).isEqualTo("\"a\\\"b\\\\c\\u0009d é\"");
    }
}
