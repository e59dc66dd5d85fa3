package dev.carnet.proto.oms;

import static dev.carnet.proto.oms.OmsReader.require;
import static dev.carnet.proto.oms.OmsReader.shown;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import dev.carnet.proto.tree.MemberPath;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the statement's bytes as they are decoded, hashes them, and gives out resources as they end. */
final class StatementReader extends OutputStream {
    private static final int IGNORED_MAX = 1_000;
    private static final int DIGEST_CHARS_MAX = 128;
    private static final Pattern HEX = Pattern.compile("([0-9a-f]{2})+");
    private static final String RESOURCE = "/predicate/resources[]";

    /** An object or array that is open. */
    private record Place(String path, boolean array) {}

    private final MessageDigest signed;
    private final OmsReader.Visitor visitor;
    private final JsonParser json;
    private final MessageDigest subject = ManifestKey.sha256();
    private final Deque<Place> open = new ArrayDeque<>();
    private final List<String> ignored = new ArrayList<>();
    private String member = "";
    private long bytes;
    private boolean ended;

    private @Nullable String type;
    private @Nullable String predicateType;
    private @Nullable String model;
    private @Nullable String digest;
    private @Nullable String method;
    private @Nullable String hash;
    private @Nullable Boolean allowSymlinks;
    private int subjects;
    private long resources;
    private boolean ordered = true;
    private @Nullable String last;

    private @Nullable String name;
    private @Nullable String algorithm;
    private @Nullable String hex;

    StatementReader(MessageDigest signed, OmsReader.Visitor visitor) throws IOException {
        this.signed = signed;
        this.visitor = visitor;
        json = OmsReader.JSON.createNonBlockingByteArrayParser();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] some, int from, int length) throws IOException {
        signed.update(some, from, length);
        bytes += length;
        try {
            ((ByteArrayFeeder) json.getNonBlockingInputFeeder()).feedInput(some, from, from + length);
            tokens();
        } catch (JsonProcessingException e) {
            throw damaged(e);
        }
    }

    private void tokens() throws IOException {
        for (JsonToken token = json.nextToken();
                token != null && token != JsonToken.NOT_AVAILABLE;
                token = json.nextToken()) {
            require(!ended, "bytes after the end of the statement");
            token(token);
        }
    }

    private void token(JsonToken token) throws IOException {
        switch (token) {
            case FIELD_NAME -> member = json.currentName();
            case START_OBJECT, START_ARRAY -> {
                String path = here();
                begins(path, token == JsonToken.START_ARRAY);
                open.push(
                        new Place(token == JsonToken.START_ARRAY ? path + "[]" : path, token == JsonToken.START_ARRAY));
            }
            case END_OBJECT, END_ARRAY -> {
                Place closed = open.pop();
                if (!closed.array && closed.path.equals(RESOURCE)) {
                    resource();
                }
                ended = open.isEmpty();
            }
            default -> value(here(), token);
        }
    }

    private String here() {
        Place in = open.peek();
        if (in == null) {
            return "";
        }
        return in.array ? in.path : in.path + "/" + member;
    }

    private void begins(String path, boolean array) throws OmsException {
        boolean wantsArray = path.equals("/subject")
                || path.equals("/predicate/resources")
                || path.equals("/predicate/serialization/ignore_paths");
        boolean wantsObject = path.isEmpty()
                || path.equals("/subject[]")
                || path.equals("/subject[]/digest")
                || path.equals("/predicate")
                || path.equals("/predicate/serialization")
                || path.equals(RESOURCE);
        require(!wantsArray || array, path + " is an array");
        require(!wantsObject || !array, path + " is an object");
        if (path.equals("/subject[]")) {
            subjects++;
        }
    }

    private void value(String path, JsonToken token) throws IOException {
        switch (path) {
            case "/_type" -> type = text(path, token);
            case "/predicateType" -> predicateType = text(path, token);
            case "/subject[]/name" -> model = text(path, token);
            case "/subject[]/digest/sha256" -> digest = text(path, token);
            case "/predicate/serialization/method" -> method = text(path, token);
            case "/predicate/serialization/hash_type" -> hash = text(path, token);
            case "/predicate/serialization/allow_symlinks" -> {
                require(token.isBoolean(), path + " is true or false");
                allowSymlinks = token == JsonToken.VALUE_TRUE;
            }
            case "/predicate/serialization/ignore_paths[]" -> {
                require(ignored.size() < IGNORED_MAX, "more than " + IGNORED_MAX + " ignored paths");
                ignored.add(text(path, token));
            }
            case RESOURCE + "/name" -> name = text(path, token);
            case RESOURCE + "/algorithm" -> algorithm = text(path, token);
            case RESOURCE + "/digest" -> hex = text(path, token);
            case "",
                    "/subject",
                    "/subject[]",
                    "/predicate",
                    "/predicate/resources",
                    RESOURCE,
                    "/predicate/serialization" ->
                throw new OmsException("the statement has a bare value at '" + path + "'");
            default -> {
                // of no meaning here: OMS lets others stand
            }
        }
    }

    private String text(String path, JsonToken token) throws IOException {
        require(token == JsonToken.VALUE_STRING, path + " is a string");
        return json.getText();
    }

    private void resource() throws IOException {
        String path = needed(name, "name");
        String how = needed(algorithm, "algorithm");
        String written = needed(hex, "digest");
        require(
                written.length() <= DIGEST_CHARS_MAX && HEX.matcher(written).matches(),
                "a digest is lower-case hex: " + shown(written));
        byte[] raw = HexFormat.of().parseHex(written);
        subject.update(raw);
        resources++;
        ordered &= last == null || MemberPath.ORDER.compare(last, path) < 0;
        last = path;
        visitor.resource(path, how, raw);
        name = null;
        algorithm = null;
        hex = null;
    }

    private static String needed(@Nullable String value, String member) throws OmsException {
        if (value == null) {
            throw new OmsException("the statement, or a resource of it, has no " + member);
        }
        return value;
    }

    /** When all bytes were written. */
    void end() throws IOException {
        try {
            json.getNonBlockingInputFeeder().endOfInput();
            tokens();
        } catch (JsonProcessingException e) {
            throw damaged(e);
        }
        require(ended, "the statement ends too early");
        require(OmsFormat.STATEMENT_TYPE.equals(type), "_type is not " + OmsFormat.STATEMENT_TYPE);
        require(OmsFormat.PREDICATE_TYPE.equals(predicateType), "predicateType is not " + OmsFormat.PREDICATE_TYPE);
        require(subjects == 1, "a statement has one subject");
        require(!needed(model, "subject.name").isEmpty(), "the subject has a name");
        String stated = needed(digest, "subject.digest.sha256");
        var _ = needed(hash, "serialization.hash_type");
        require(allowSymlinks != null, "serialization has allow_symlinks");
        String how = needed(method, "serialization.method");
        require(how.equals(OmsFormat.METHOD), "the method " + shown(how) + " is not read here: only files");
        require(resources > 0, "a bundle lists at least one file");
        String computed = HexFormat.of().formatHex(subject.digest());
        require(computed.equals(stated), "the subject's digest is not that of the resources");
    }

    private static OmsException damaged(JsonProcessingException e) {
        return new OmsException("the payload is not the JSON of a statement: " + e.getOriginalMessage(), e);
    }

    long bytes() {
        return bytes;
    }

    String model() {
        return String.valueOf(model);
    }

    String digest() {
        return String.valueOf(digest);
    }

    String hash() {
        return String.valueOf(hash);
    }

    boolean allowSymlinks() {
        return Boolean.TRUE.equals(allowSymlinks);
    }

    List<String> ignored() {
        return List.copyOf(ignored);
    }

    long resources() {
        return resources;
    }

    boolean ordered() {
        return ordered;
    }
}
