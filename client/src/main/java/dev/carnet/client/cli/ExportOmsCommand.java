package dev.carnet.client.cli;

import static dev.carnet.client.verify.VerifyException.Kind.DAMAGED;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.client.ApiException;
import dev.carnet.client.BundleOf;
import dev.carnet.client.BundlePage;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Job;
import dev.carnet.client.verify.CheckpointRecords;
import dev.carnet.client.verify.VerifyException;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsBundle;
import dev.carnet.proto.oms.OmsException;
import dev.carnet.proto.oms.OmsFormat;
import dev.carnet.proto.oms.OmsFormat.Hash;
import dev.carnet.proto.oms.OmsReader;
import dev.carnet.proto.oms.TreeBundle;
import dev.carnet.proto.tree.TreeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet export oms}. */
@Command(
        name = "oms",
        header = "Write a bundle of OpenSSF Model Signing",
        description = {
            "Writes the OMS bundle of a published checkpoint: every file with its digest, signed by the daemon's manifest key, as"
                    + " model_signing and other tools verify it.",
            "",
            "The bundle of BLAKE3 digests is there since the checkpoint was published. With --sha256 the daemon reads every byte"
                    + " again, compares it with the record, and signs one of SHA-256 digests, which the command line of model_signing"
                    + " takes; Ctrl-C ends the reading. Nothing is written that does not verify, and no file is replaced."
        },
        footer = {
            "",
            "Examples:",
            "  carnet export oms --sha256 /srv/models/run7/step-100 --public-key key.pem",
            "  carnet export oms --daemon models/run7/step-100 -o blake3.sig",
            "",
            "What to type then, and what those tools cannot take: daemon/docs/oms.md."
        })
final class ExportOmsCommand extends ApiCommand {
    private static final String BLAKE3_RECORD = "oms.sigstore.json";

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "A published checkpoint; with --daemon VOLUME/NAME of the daemon here.")
    private @Nullable String what;

    @Option(
            names = "--sha256",
            description = "Of SHA-256 digests instead of BLAKE3; the daemon reads every byte again.")
    private boolean sha256;

    @Option(names = "--daemon", description = "What is given is VOLUME/NAME of the daemon here.")
    private boolean daemon;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where the bundle goes (default: the last part of the name and .sig, here).")
    private @Nullable String output;

    @Option(
            names = "--public-key",
            paramLabel = "FILE",
            description = "Also write the key that signed it, in PEM; asks the daemon.")
    private @Nullable String publicKey;

    ExportOmsCommand(Env env) {
        super(env);
    }

    /** The bundle, what it says, and the key that signed it where the daemon was asked. */
    private record Written(OmsBundle bundle, Optional<ManifestKey> key) {}

    @Override
    ExitCode answer(CarnetClient client) {
        String given = Objects.requireNonNull(what);
        Place place = daemon ? place(given) : null;
        Path dir = daemon ? null : absolute("DIR", given);
        Path file = target(dir, given);
        try (BundleFile bundle = BundleFile.at(file)) {
            Written written = place == null
                    ? ofPath(client, Objects.requireNonNull(dir), bundle)
                    : ofDaemon(client, new BundleOf.Named(place.volume(), place.name()), bundle);
            if (publicKey != null) {
                ManifestKey key = written.key.orElseGet(() -> keyOf(client, written.bundle));
                written.bundle.requireSignedBy(key);
                BundleFile.small(absolute("--public-key", publicKey), key.pem().getBytes(US_ASCII));
            }
            bundle.keep();
            say(written, file, given);
            return ExitCode.OK;
        } catch (OmsException | TreeException e) {
            return refuse(DAMAGED.name(), "the bundle is not written: " + e.getMessage());
        } catch (VerifyException e) {
            return refuse(e.kind().name(), String.valueOf(e.getMessage()));
        } catch (Refused e) {
            return refuse(e.code, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            Failure failure = Failure.of(e);
            return refuse(failure.code(), failure.sentence());
        }
    }

    private ExitCode refuse(String code, String sentence) {
        return new Failure(code, sentence).say(env.err(), env.out(), json);
    }

    private Place place(String given) {
        try {
            return Place.parse(given);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    /** Never inside the checkpoint, where it would be an extra file. */
    private Path target(@Nullable Path dir, String given) {
        String name = dir == null || dir.getFileName() == null
                ? given
                : dir.getFileName().toString();
        Path file = absolute("--output", output == null ? OmsFormat.model(name) + ".sig" : output);
        if (dir != null && file.startsWith(dir)) {
            throw usage("FILE lies in DIR, where it would be one file more than was signed: give -o a place outside");
        }
        return file;
    }

    // ---- where it comes from

    private Written ofPath(CarnetClient client, Path dir, BundleFile bundle) throws IOException, VerifyException {
        BundleOf.At path = new BundleOf.At(dir.toString());
        if (sha256) {
            return ofDaemon(client, path, bundle);
        }
        CheckpointRecords records;
        try {
            records = CheckpointRecords.find(dir);
        } catch (VerifyException e) {
            if (e.kind() == DAMAGED) {
                throw e;
            }
            return elsewhere(client, path, bundle, e); // of a volume that is only read the daemon has the record
        }
        if (Files.notExists(records.file(BLAKE3_RECORD), LinkOption.NOFOLLOW_LINKS)) {
            throw new Refused(
                    "NOT_ON_RECORD",
                    "there is no bundle among the records of " + records.name() + " in " + records.folder()
                            + ": OMS has none without files, and leaves out " + String.join(", ", OmsFormat.IGNORED));
        }
        try (InputStream in = records.open(BLAKE3_RECORD);
                OutputStream out = bundle.write()) {
            in.transferTo(out);
        }
        return new Written(TreeBundle.check(bundle::read, () -> records.open("tree")), Optional.empty());
    }

    private Written elsewhere(CarnetClient client, BundleOf of, BundleFile bundle, VerifyException here)
            throws IOException, VerifyException {
        try {
            return ofDaemon(client, of, bundle);
        } catch (ApiException e) {
            if (e.code().equals(ApiException.UNREACHABLE)) {
                throw here;
            }
            throw e;
        }
    }

    private Written ofDaemon(CarnetClient client, BundleOf of, BundleFile bundle) throws IOException {
        String hash = (sha256 ? Hash.SHA256 : Hash.BLAKE3).label();
        BundleOf from = of;
        if (sha256) {
            Job job = JobCommand.waitFor(env, client, client.export(of), json);
            if (!job.ok()) {
                throw new Refused(
                        job.code().orElse("INTERNAL"),
                        job.reason().orElse("the job " + job.id() + " ended as " + job.state()));
            }
            from = new BundleOf.Named(job.volume(), job.name());
        }
        try (OutputStream out = bundle.write()) {
            long offset = 0;
            BundlePage page;
            do {
                page = client.bundle(from, hash, offset);
                out.write(page.bytes());
                offset += page.bytes().length;
            } while (page.bytes().length > 0 && offset < page.size());
        }
        OmsBundle read = OmsReader.read(bundle::read, (name, algorithm, digest) -> {
            if (!algorithm.equals(hash)) {
                throw new OmsException("it has a digest of the kind " + algorithm);
            }
        });
        ManifestKey key = keyOf(client, read);
        read.requireSignedBy(key);
        return new Written(read, Optional.of(key));
    }

    /** A bundle names its key, which may have been replaced since. */
    private static ManifestKey keyOf(CarnetClient client, OmsBundle bundle) {
        return client.manifestKeys().stream()
                .filter(key -> key.hint().equals(bundle.hint()))
                .findFirst()
                .orElseThrow(() -> new ApiException(
                        "KEY_BINDING",
                        0,
                        "no manifest key that the daemon has, or had before, is the one that the bundle names: "
                                + bundle.hint()));
    }

    /** There is no such bundle, and why. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        private final String code;

        Refused(String code, String sentence) {
            super(sentence);
            this.code = code;
        }
    }

    // ---- what is said of it

    private void say(Written written, Path file, String given) {
        OmsBundle bundle = written.bundle;
        boolean verified = written.key.isPresent() || publicKey != null;
        if (json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("ok", true);
            object.put("bundle", file.toString());
            object.put("hash", bundle.hash());
            object.put("model", bundle.model());
            object.put("files", bundle.resources());
            object.put("digest", bundle.digest());
            object.put("hint", bundle.hint());
            object.put("signature_verified", verified);
            object.put(
                    "public_key",
                    publicKey == null
                            ? null
                            : absolute("--public-key", publicKey).toString());
            print(object);
            return;
        }
        env.say("bundle    " + Shown.text(file.toString()));
        env.say("lists     " + Quantities.files(bundle.resources()) + " with " + bundle.hash() + ", as "
                + Shown.text(bundle.model()));
        env.say("key       " + bundle.hint() + (verified ? "" : " (the daemon was not asked; --public-key asks it)"));
        if (sha256 && !daemon) {
            env.say("verify    model_signing verify key " + Shown.text(given) + " --signature "
                    + Shown.text(file.toString()) + " --public_key "
                    + Shown.text(publicKey == null ? "MANIFEST.pem" : publicKey));
        }
    }
}
