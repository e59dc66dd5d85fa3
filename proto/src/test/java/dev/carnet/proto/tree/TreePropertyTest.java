package dev.carnet.proto.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.hash.Hash32;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random trees, and random damage to them. */
class TreePropertyTest {

    /** What names are made of: near the separator, escapes, every length of UTF-8, and both sides of the surrogates. */
    private static final String[] LETTERS = {
        "a",
        "b",
        "-",
        ".",
        "0",
        " ",
        "\n",
        "\u0001",
        "\\",
        "x41",
        "\u007f",
        "\u0080",
        "\u00e9",
        "\ud7ff",
        "\ue000",
        "\uffff",
        "\ud83d\udce6",
        "!"
    };

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void whatIsWrittenIsRead() throws IOException {
        for (int round = 0; round < 200; round++) {
            List<TreeMember> members = members();
            assertThat(read(write(members))).as("seed %s", seed).isEqualTo(members);
        }
    }

    @Test
    void theOrderIsThatOfTheBytes() {
        for (int round = 0; round < 2000; round++) {
            String a = name();
            String b = name();
            int bytes = Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
            assertThat(Integer.signum(MemberPath.ORDER.compare(a, b)))
                    .as("seed %s: %s, %s", seed, a, b)
                    .isEqualTo(Integer.signum(bytes));
            assertThat(MemberPath.ORDER.compare(".", a)).isNegative();
            assertThat(MemberPath.ORDER.compare(a, ".")).isPositive();
        }
    }

    /**
     * One encoding: a text that was changed is refused, or is the tree of other members, and then it is their encoding.
     */
    @Test
    void noTwoTextsAreTheSameTree() throws IOException {
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            List<TreeMember> members = members();
            byte[] text = write(members);
            byte[] damaged = damage(text);
            try {
                List<TreeMember> others = read(damaged);
                assertThat(write(others)).as("seed %s", seed).isEqualTo(damaged);
                assertThat(others.equals(members)).as("seed %s", seed).isEqualTo(Arrays.equals(text, damaged));
            } catch (TreeException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %s", seed).isPositive();
    }

    private byte[] damage(byte[] text) {
        int at = random.nextInt(text.length);
        byte b = random.nextBoolean() ? text[random.nextInt(text.length)] : (byte) random.nextInt(256);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text, 0, at);
        int kind = random.nextInt(4);
        if (kind < 2) {
            out.write(b);
        }
        if (kind != 1) {
            at++;
        }
        if (kind < 3) {
            out.write(text, at, text.length - at);
        }
        return out.toByteArray();
    }

    private List<TreeMember> members() {
        TreeMap<String, TreeMember> members = new TreeMap<>(MemberPath.ORDER);
        List<String> directories = new ArrayList<>(List.of(""));
        members.put(".", directory("."));
        int count = random.nextInt(20);
        while (members.size() <= count) {
            String path = directories.get(random.nextInt(directories.size())) + name();
            if (members.containsKey(path)) {
                continue;
            }
            boolean directory = random.nextInt(3) == 0;
            members.put(path, directory ? directory(path) : file(path));
            if (directory) {
                directories.add(path + "/");
            }
        }
        return members.values().stream()
                .sorted(Comparator.comparing(TreeMember::path, MemberPath.ORDER))
                .toList();
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        do {
            name.append(LETTERS[random.nextInt(LETTERS.length)]);
        } while (random.nextInt(3) > 0
                || name.toString().equals(".")
                || name.toString().equals(".."));
        return name.toString();
    }

    private TreeMember directory(String path) {
        return new TreeMember.Directory(path, random.nextInt(01000), random.nextLong(), random.nextInt(1_000_000_000));
    }

    private TreeMember file(String path) {
        Hash32 digest = new Hash32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
        int mode = random.nextInt(01000);
        return new TreeMember.File(
                path, mode, random.nextInt(), random.nextInt(1_000_000_000), random.nextLong(1L << 53), digest);
    }

    private static byte[] write(List<TreeMember> members) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeWriter writer = new TreeWriter(out);
        for (TreeMember member : members) {
            writer.add(member);
        }
        writer.finish();
        return out.toByteArray();
    }

    private static List<TreeMember> read(byte[] text) throws IOException {
        TreeReader reader = new TreeReader(new ByteArrayInputStream(text));
        List<TreeMember> members = new ArrayList<>();
        for (Optional<TreeMember> m = reader.next(); m.isPresent(); m = reader.next()) {
            members.add(m.orElseThrow());
        }
        return members;
    }
}
