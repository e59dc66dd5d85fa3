package dev.carnet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a response may be whole, torn or hostile. */
class HttpReplyTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private static HttpReply read(String text) throws IOException {
        return HttpReply.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String body(String text) throws IOException {
        return new String(read(text).body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK + "Content-Length: 5\r\n\r\nhello",
                OK + "content-LENGTH:5\r\nContent-Type: x\r\n\r\nhello and more",
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n03\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n" + OK + "Content-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello"
            })
    void whole(String text) throws IOException {
        assertThat(body(text)).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK",
                OK,
                OK + "Content-Length: 5\r\n\r\nhell",
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
            })
    void torn(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(java.io.EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9\r\n\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 999 x\r\n\r\n",
                "HTTP/1.1 200 OK\n\n",
                OK + "\r\nno length",
                OK + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                OK + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
                OK + "Transfer-Encoding: gzip, chunked\r\n\r\n",
                OK + "Content-Length: -1\r\n\r\n",
                OK + "Content-Length: +5\r\n\r\nhello",
                OK + "Content-Length: 99999999999999999999\r\n\r\n",
                OK + "Content-Length: 9999999999999999\r\n\r\n",
                OK + "Content-Length: 16777217\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n1000001\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
                OK + "no colon\r\n\r\n",
                OK + "A: b\r\n folded: x\r\n\r\n"
            })
    void hostile(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(java.net.ProtocolException.class);
    }

    @Test
    void a_head_has_an_end() {
        assertThatThrownBy(() -> read(OK + "X: " + "y".repeat(20_000) + "\r\n\r\n"))
                .isInstanceOf(java.net.ProtocolException.class);
        assertThatThrownBy(() -> read("HTTP/1.1 100 Continue\r\n\r\n".repeat(10)))
                .isInstanceOf(java.net.ProtocolException.class)
                .hasMessageContaining("interim");
    }
}
