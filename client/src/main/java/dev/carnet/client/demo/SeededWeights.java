package dev.carnet.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A checkpoint of 128 MiB that looks like one: four safetensors shards of bf16 weights, index and configuration. The same each time. */
final class SeededWeights implements Weights {

    private static final long SEED = 20_251_125;
    private static final int SHARDS = 4;
    private static final int TENSORS_PER_SHARD = 8;
    private static final int ROWS = 1_024;
    private static final int COLUMNS = 2_048;
    private static final int BF16_BYTES = 2;
    private static final long TENSOR_BYTES = (long) ROWS * COLUMNS * BF16_BYTES;
    private static final double DEVIATION = 0.02;

    private final ObjectMapper json = new ObjectMapper();

    @Override
    public String what() {
        return "a bf16 checkpoint made from a seed (128 MiB, no real weights)";
    }

    @Override
    public Path into(Path volume) throws IOException {
        Path folder = Files.createDirectory(volume.resolve("seeded-bf16"));
        ObjectNode index = json.createObjectNode();
        index.putObject("metadata").put("total_size", SHARDS * TENSORS_PER_SHARD * TENSOR_BYTES);
        ObjectNode map = index.putObject("weight_map");
        for (int shard = 0; shard < SHARDS; shard++) {
            String name = "model-0000" + (shard + 1) + "-of-0000" + SHARDS + ".safetensors";
            for (int tensor = 0; tensor < TENSORS_PER_SHARD; tensor++) {
                map.put(tensorName(shard, tensor), name);
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 1 << 16)) {
                shard(shard, out);
            }
        }
        ObjectNode config = json.createObjectNode();
        config.put("model_type", "seeded").put("torch_dtype", "bfloat16").put("seed", SEED);
        Files.write(
                folder.resolve("config.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
        Files.write(
                folder.resolve("model.safetensors.index.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsBytes(index));
        return folder;
    }

    private static String tensorName(int shard, int tensor) {
        return "layers." + (shard * TENSORS_PER_SHARD + tensor) + ".weight";
    }

    private void shard(int shard, OutputStream out) throws IOException {
        ObjectNode header = json.createObjectNode();
        for (int tensor = 0; tensor < TENSORS_PER_SHARD; tensor++) {
            ObjectNode entry = header.putObject(tensorName(shard, tensor));
            entry.put("dtype", "BF16");
            entry.putArray("shape").add(ROWS).add(COLUMNS);
            entry.putArray("data_offsets").add(tensor * TENSOR_BYTES).add((tensor + 1) * TENSOR_BYTES);
        }
        byte[] text = header.toString().getBytes(UTF_8);
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .array());
        out.write(text);
        SplittableRandom random = new SplittableRandom(SEED + shard);
        ByteBuffer row = ByteBuffer.allocate(COLUMNS * BF16_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < TENSORS_PER_SHARD * ROWS; i++) {
            row.clear();
            while (row.hasRemaining()) {
                float weight = (float) (random.nextGaussian() * DEVIATION);
                row.putShort((short) (Float.floatToRawIntBits(weight) >>> 16));
            }
            out.write(row.array());
        }
    }
}
