package dev.carnet.proto.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class TreeWriterTest {

    private static final Hash32 DIGEST = new Hash32(1, 2, 3, 4);

    private final TreeWriter writer = writer();

    @Test
    void contentDigestForgetsModesTimesAndDirectories() throws IOException {
        writer.add(directory("."));
        writer.add(file("a"));
        TreeSummary one = writer.finish();
        TreeWriter other = writer();
        other.add(new TreeMember.Directory(".", 0700, 5, 5));
        other.add(new TreeMember.File("a", 0600, 9, 9, 7, DIGEST));
        other.add(directory("empty"));
        TreeSummary two = other.finish();
        assertThat(two.contentDigest()).isEqualTo(one.contentDigest());
        assertThat(two.treeDigest()).isNotEqualTo(one.treeDigest());
        assertThat(two.directories()).isEqualTo(2);
        assertThat(two.logicalBytes()).isEqualTo(7);
    }

    @Test
    void refusesWhatCannotFollow() throws IOException {
        assertThatThrownBy(() -> writer().finish()).hasMessageContaining("has a root");
        assertThatThrownBy(() -> writer().add(file("a"))).hasMessageContaining("root comes first");
        writer.add(directory("."));
        writer.add(directory("b"));
        assertThatThrownBy(() -> writer.add(directory("."))).hasMessageContaining("root comes once");
        assertThatThrownBy(() -> writer.add(file("b"))).hasMessageContaining("twice");
        assertThatThrownBy(() -> writer.add(file("a"))).hasMessageContaining("ascend");
        assertThatThrownBy(() -> writer.add(file("c/d"))).hasMessageContaining("parent");
    }

    @Test
    void endsOnce() throws IOException {
        writer.add(directory("."));
        assertThat(writer.finish()).isSameAs(writer.finish());
        assertThatThrownBy(() -> writer.add(file("a"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesAMillionMembersAndNoMore() throws IOException {
        writer.add(directory("."));
        for (int i = 1; i < Limits.MEMBERS_MAX; i++) {
            writer.add(file("%06d".formatted(i)));
        }
        assertThatThrownBy(() -> writer.add(file("one more"))).hasMessageContaining("at most 1000000 members");
        assertThat(writer.finish().files()).isEqualTo(Limits.MEMBERS_MAX - 1);
    }

    @Test
    void noMemberBreaksARule() {
        for (String path :
                new String[] {"", "/", "a/", "/a", "..", "a/..", "./a", "a\0", "\ud800", "\udc00a", "x".repeat(256)}) {
            assertThatThrownBy(() -> file(path)).as(path).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> directory(path)).as(path).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new TreeMember.Directory("a", 01000, 0, 0)).hasMessageContaining("mode");
        assertThatThrownBy(() -> new TreeMember.Directory("a", -1, 0, 0)).hasMessageContaining("mode");
        assertThatThrownBy(() -> new TreeMember.Directory("a", 0, 0, 1_000_000_000))
                .hasMessageContaining("nanoseconds");
        assertThatThrownBy(() -> new TreeMember.File("a", 0, 0, 0, -1, DIGEST)).hasMessageContaining("bytes");
        assertThatThrownBy(() -> new TreeMember.File("a", 0, 0, 0, Limits.FILE_BYTES_MAX + 1, DIGEST))
                .hasMessageContaining("bytes");
    }

    @Test
    void aReaderHasNoSummaryBeforeTheEnd() throws IOException {
        byte[] text = "carnet-tree v1\nd 0755 0.000000000 .\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        TreeReader reader = new TreeReader(new ByteArrayInputStream(text));
        assertThat(reader.next()).contains(new TreeMember.Directory(".", 0755, 0, 0));
        assertThatThrownBy(reader::summary).isInstanceOf(IllegalStateException.class);
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
        assertThat(reader.summary().files()).isZero();
    }

    private static TreeWriter writer() {
        try {
            return new TreeWriter(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static TreeMember directory(String path) {
        return new TreeMember.Directory(path, 0755, 0, 0);
    }

    private static TreeMember file(String path) {
        return new TreeMember.File(path, 0644, 0, 0, 7, DIGEST);
    }
}
