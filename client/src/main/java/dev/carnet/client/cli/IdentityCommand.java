package dev.carnet.client.cli;

import com.fasterxml.jackson.core.JsonFactory;
import dev.carnet.client.identity.CertificateFacts;
import dev.carnet.client.identity.Identities;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carnet identity}: for those who have no certificate authority that issues SPIFFE IDs. Asks no daemon. */
@Command(
        name = "identity",
        header = "Make certificates, and cards for other daemons",
        description = {
            "Makes the certificates by which daemons know each other.",
            "",
            "Once, where the CA shall be:",
            "  carnet identity ca --trust-domain example.org --out ca",
            "On each node:",
            "  carnet identity request --id spiffe://example.org/north --out node",
            "Where the CA is, with the node's request.pem:",
            "  carnet identity sign --ca ca --request request.pem --out north.pem",
            "On the node again, with north.pem and the CA's ca.pem:",
            "  carnet identity install --certificate north.pem --ca ca.pem --into node",
            "",
            "For another daemon that shall know this one: `carnet identity card`.",
            "",
            "The node's key never leaves the node, the CA's key never leaves its directory."
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {
            IdentityCommand.Ca.class,
            IdentityCommand.Request.class,
            IdentityCommand.Sign.class,
            IdentityCommand.Install.class,
            IdentityCommand.Show.class
        })
public final class IdentityCommand implements Runnable {
    @Spec
    @Nullable
    CommandSpec spec;

    static CommandLine line(Env env) {
        return new CommandLine(new IdentityCommand()).addSubcommand(new CardCommand(env));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "say what to do: ca, request, sign, install, show or card");
        }
    }

    /** What every step has in common: one result, as lines or as JSON, or one sentence. */
    abstract static class Step implements Callable<Integer> {
        @Spec
        @Nullable
        CommandSpec spec;

        @Option(names = "--json", description = "The result as one JSON object.")
        boolean json;

        /** The facts to show, by name; values are text, or lists of such maps. */
        abstract Map<String, Object> result() throws IOException;

        @Override
        public Integer call() {
            var line = spec().commandLine();
            try {
                Map<String, Object> result = result();
                line.getOut().print(json ? json(result) + "\n" : lines(result, ""));
                line.getOut().flush();
                return 0;
            } catch (IdentityException e) {
                return new Failure(Failure.BAD_CERTIFICATE, String.valueOf(e.getMessage()))
                        .say(line.getErr(), line.getOut(), json)
                        .number();
            } catch (IOException e) {
                return Failure.of(e).say(line.getErr(), line.getOut(), json).number();
            }
        }

        CommandSpec spec() {
            if (spec == null) {
                throw new IllegalStateException("picocli sets it");
            }
            return spec;
        }

        /** An ID of the command line; a wrong one is a wrong command line. */
        SpiffeId id(String text) {
            try {
                return SpiffeId.parse(text);
            } catch (IdentityException e) {
                throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
            }
        }

        private static String lines(Map<String, Object> facts, String indent) {
            StringBuilder text = new StringBuilder();
            facts.forEach((name, value) -> {
                if (value instanceof List<?> list) {
                    list.forEach(
                            element -> text.append(text.isEmpty() ? "" : "\n").append(lines(asMap(element), indent)));
                } else {
                    text.append(indent)
                            .append(String.format(Locale.ROOT, "%-18s", name))
                            .append(printable(value.toString()))
                            .append('\n');
                }
            });
            return text.toString();
        }

        /** Names in certificates are strangers' text: no control character of theirs reaches a terminal. */
        private static String printable(String text) {
            return text.codePoints()
                    .map(c -> Character.isISOControl(c) ? '?' : c)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }

        private static Map<String, Object> asMap(@Nullable Object element) {
            Map<String, Object> map = new LinkedHashMap<>();
            if (element instanceof Map<?, ?> entries) {
                entries.forEach((name, value) -> map.put(String.valueOf(name), String.valueOf(value)));
            }
            return map;
        }

        private static String json(Map<String, Object> facts) throws IOException {
            StringWriter text = new StringWriter();
            try (var generator = new JsonFactory().createGenerator(text)) {
                generator.writeStartObject();
                for (var fact : facts.entrySet()) {
                    if (fact.getValue() instanceof List<?> list) {
                        generator.writeArrayFieldStart(fact.getKey());
                        for (Object element : list) {
                            generator.writeStartObject();
                            for (var inner : asMap(element).entrySet()) {
                                generator.writeStringField(
                                        inner.getKey(), inner.getValue().toString());
                            }
                            generator.writeEndObject();
                        }
                        generator.writeEndArray();
                    } else {
                        generator.writeStringField(
                                fact.getKey(), fact.getValue().toString());
                    }
                }
                generator.writeEndObject();
            }
            return text.toString();
        }
    }

    @Command(
            name = "ca",
            header = "Make a certificate authority for a trust domain",
            description =
                    "Makes a certificate authority for one SPIFFE trust domain: ca.pem for every daemon, ca-key.pem for nobody. EC P-256, ten years.",
            mixinStandardHelpOptions = true)
    static final class Ca extends Step {
        @Option(names = "--trust-domain", required = true, paramLabel = "DOMAIN", description = "Such as example.org.")
        String domain = "";

        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "Where it will lie; made with mode 0700.")
        Path out = Path.of("");

        @Override
        Map<String, Object> result() throws IOException {
            id("spiffe://" + domain);
            var ca = Identities.system().makeAuthority(domain, out);
            Map<String, Object> result = new LinkedHashMap<>(CertificateFacts.of(ca.certificate()));
            result.put("written", out.resolve(Identities.CA_CERTIFICATE));
            result.put("keyWritten", out.resolve(Identities.CA_KEY));
            return result;
        }
    }

    @Command(
            name = "request",
            header = "On the node: make a key and a request for a certificate",
            description =
                    "On the node: makes a key (key.pem, mode 0600) and a request to have it certified (request.pem).",
            mixinStandardHelpOptions = true)
    static final class Request extends Step {
        @Option(
                names = "--id",
                required = true,
                paramLabel = "SPIFFE-ID",
                description = "Such as spiffe://example.org/carnet/north.")
        String id = "";

        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "Where both will lie; made with mode 0700.")
        Path out = Path.of("");

        @Override
        Map<String, Object> result() throws IOException {
            Path request = Identities.system().request(id(id), out);
            Map<String, Object> result =
                    new LinkedHashMap<>(CertificateFacts.ofFile(request).getFirst());
            result.put("written", request);
            result.put("keyWritten", out.resolve(Identities.KEY));
            return result;
        }
    }

    @Command(
            name = "sign",
            header = "Where the CA is: certify a request",
            description =
                    "Where the CA is: certifies the one SPIFFE ID and the key of a request, and nothing else that it may ask for.",
            mixinStandardHelpOptions = true)
    static final class Sign extends Step {
        @Option(names = "--ca", required = true, paramLabel = "DIR", description = "What `identity ca` made.")
        Path ca = Path.of("");

        @Option(names = "--request", required = true, paramLabel = "FILE", description = "The node's request.pem.")
        Path request = Path.of("");

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "The certificate, for the node.")
        Path out = Path.of("");

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "How long it lives, 1 to " + Identities.DAYS_MAX + " (default: ${DEFAULT-VALUE}).")
        int days = Identities.DAYS_DEFAULT;

        @Override
        Map<String, Object> result() throws IOException {
            Map<String, Object> result =
                    new LinkedHashMap<>(CertificateFacts.of(Identities.system().sign(ca, request, out, days)));
            result.put("written", out);
            return result;
        }
    }

    @Command(
            name = "install",
            header = "On the node: put certificate, key and CA in place",
            description =
                    "On the node: checks that certificate, key and CA fit together, and writes cert.pem, key.pem and trust.pem.",
            mixinStandardHelpOptions = true)
    static final class Install extends Step {
        @Option(
                names = "--certificate",
                required = true,
                paramLabel = "FILE",
                description = "What `identity sign` made.")
        Path certificate = Path.of("");

        @Option(names = "--ca", required = true, paramLabel = "FILE", description = "The CA's ca.pem.")
        Path ca = Path.of("");

        @Option(
                names = "--into",
                required = true,
                paramLabel = "DIR",
                description = "Where carnetd's configuration finds the three.")
        Path into = Path.of("");

        @Option(names = "--key", paramLabel = "FILE", description = "The node's key (default: key.pem in --into).")
        @Nullable
        Path key;

        @Override
        Map<String, Object> result() throws IOException {
            Path from = key == null ? into.resolve(Identities.KEY) : key;
            SpiffeId id = Identities.system().install(certificate, ca, from, into);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("spiffeId", id);
            result.put("certificate", into.resolve(Identities.CERTIFICATE));
            result.put("key", into.resolve(Identities.KEY));
            result.put("trust", into.resolve(Identities.TRUST));
            return result;
        }
    }

    @Command(
            name = "show",
            header = "Say what a PEM file holds",
            description = "Says what certificates and requests a PEM file holds. Verifies nothing.",
            mixinStandardHelpOptions = true)
    static final class Show extends Step {
        @Parameters(paramLabel = "FILE", description = "PEM.")
        Path file = Path.of("");

        @Override
        Map<String, Object> result() throws IOException {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("found", CertificateFacts.ofFile(file));
            return result;
        }
    }
}
