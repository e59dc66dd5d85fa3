package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ledgercheck -follow}, see {@code .ci/go/ledgercheck/follow.go}: proofs go in, then a size, and one line comes out. */
final class LedgerCheckProcess implements AutoCloseable {
    private final Process process;
    private final Writer in;
    private final BufferedReader out;

    LedgerCheckProcess(Path program, String vkey, Path directory) throws IOException {
        process = new ProcessBuilder(program.toString(), "-follow", vkey, directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = process.outputWriter(UTF_8);
        out = process.inputReader(UTF_8);
    }

    void inclusion(long index, List<Hash32> proof) throws IOException {
        line("inclusion " + index, proof);
    }

    void consistency(long old, List<Hash32> proof) throws IOException {
        line("consistency " + old, proof);
    }

    private void line(String words, List<Hash32> proof) throws IOException {
        StringBuilder line = new StringBuilder(words);
        proof.forEach(hash -> line.append(' ').append(Base64.getEncoder().encodeToString(hash.toBytes())));
        in.write(line.append('\n').toString());
    }

    /** What it says of the log as it lies there, which has to be of this size, and of the proofs so far. */
    String at(long size) throws IOException {
        in.write("size " + size + "\n");
        in.flush();
        String answer = out.readLine();
        if (answer == null) {
            throw new IOException("ledgercheck has ended");
        }
        return answer;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try (in;
                out) {
            in.close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IOException("ledgercheck does not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException("ledgercheck has ended with " + process.exitValue());
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
