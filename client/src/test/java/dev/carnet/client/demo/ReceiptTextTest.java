package dev.carnet.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.verify.Statement;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ReceiptTextTest {

    private static final String PAYLOAD = """
            {"_type":"https://in-toto.io/Statement/v1","predicate":{"checkpoint":"c0","content":"cc","destination":{"id":"spiffe://b/x",\
            "name":"run\\u001b/7","origin":"b.log","time":"2026-01-01T00:00:09.000Z","volume":"inbox"},"directories":1,"files":2,\
            "logicalBytes":"91700000","resentBytes":"4194304","sessions":[{"closed":"2026-01-01T00:00:04.000Z","group":"X25519MLKEM768",\
            "id":"s","opened":"2026-01-01T00:00:00.000Z","suite":"TLS_AES_256_GCM_SHA384"}],"source":{"id":"spiffe://a/x","origin":"a.log",\
            "time":"2026-01-01T00:00:08.000Z"},"transfer":"t0","wireBytes":"80000000"},\
            "predicateType":"https://carnet.dev/transfer-receipt/v1","subject":[{"digest":{"sha256":"dd"},"name":"tree"}]}""";

    @Test
    void saysWhatAPersonAsks() throws IOException {
        Statement receipt = Statement.read(envelope(PAYLOAD.getBytes(UTF_8), 64, 2_420));
        assertThat(receipt.name()).isEqualTo("transfer-receipt");
        assertThat(ReceiptText.lines(receipt))
                .contains(
                        "what      2 files, 91.7 MB in 1 directory",
                        "tree      dd",
                        "from      spiffe://a/x",
                        "          as inbox/run\\x1b/7, published 2026-01-01T00:00:09.000Z, ledger b.log",
                        "wire      80.0 MB, of which sent again 4.2 MB",
                        "session   X25519MLKEM768, TLS_AES_256_GCM_SHA384",
                        "signed    Ed25519 by key 0000000000000000…",
                        "signed    ML-DSA-44 by key 0000000000000000…")
                .noneMatch(line -> line.contains("\u001b"));
    }

    @Test
    void saysWhereSomethingIsNotSaid() throws IOException {
        Statement receipt = Statement.read(envelope("{}".getBytes(UTF_8)));
        assertThat(ReceiptText.lines(receipt)).contains("tree      (not said)", "transfer  (not said)");
    }

    @Test
    void refusesWhatIsNoEnvelope() {
        for (String text : new String[] {"", "[]", "{\"payload\":7}", "{\"payload\":\"?\"}", "x"}) {
            assertThatThrownBy(() -> Statement.read(text.getBytes(UTF_8)))
                    .as(text)
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Statement.read(new byte[1 << 20])).hasMessageContaining("longer");
    }

    private static byte[] envelope(byte[] payload, int... signatures) {
        Base64.Encoder base64 = Base64.getEncoder();
        StringBuilder signed = new StringBuilder();
        for (int length : signatures) {
            signed.append(signed.isEmpty() ? "" : ",")
                    .append("{\"keyid\":\"" + "0".repeat(64) + "\",\"sig\":\"")
                    .append(base64.encodeToString(new byte[length]))
                    .append("\"}");
        }
        return ("{\"payload\":\"" + base64.encodeToString(payload) + "\",\"payloadType\":\"x\",\"signatures\":["
                        + signed + "]}")
                .getBytes(UTF_8);
    }
}
