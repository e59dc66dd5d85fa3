package dev.carnet.proto.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://example.org/carnet/north",
                "spiffe://a/b",
                "spiffe://a",
                "spiffe://under_score.-./A-Z_a.z/0",
                "spiffe://10.0.0.1/x",
                "spiffe://example.org/.../...."
            })
    void an_id_is_its_own_text(String uri) {
        assertThat(SpiffeId.parse(uri).toString()).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spiffe",
                "spiffe:",
                "spiffe:/",
                "spiffe://",
                "spiffe:///path",
                "Spiffe://example.org/x",
                "SPIFFE://example.org/x",
                "https://example.org/x",
                " spiffe://example.org/x",
                "spiffe://example.org/x ",
                "spiffe://Example.org/x",
                "spiffe://exämple.org/x",
                "spiffe://example.org:80/x",
                "spiffe://user@example.org/x",
                "spiffe://[::1]/x",
                "spiffe://example.org/",
                "spiffe://example.org/x/",
                "spiffe://example.org//x",
                "spiffe://example.org/x//y",
                "spiffe://example.org/./x",
                "spiffe://example.org/x/..",
                "spiffe://example.org/x?y=z",
                "spiffe://example.org/x#y",
                "spiffe://example.org?x",
                "spiffe://example.org/%41",
                "spiffe://example.org/x\u0000",
                "spiffe://example.org/x\n",
                "spiffe://example.org/ü",
                "spiffe://example.org/a b",
                "spiffe://example.org/a\\b",
                "spiffe://example.org/a:b",
                "spiffe://example.org/a+b"
            })
    void anything_else_is_refused(String uri) {
        assertThatThrownBy(() -> SpiffeId.parse(uri))
                .isInstanceOf(IdentityException.class)
                .hasMessageStartingWith("bad SPIFFE ID '");
    }

    @Test
    void lengths_are_limited() {
        String domain = "spiffe://" + "d".repeat(255);
        String longest = domain + "/" + "p".repeat(2_048 - domain.length() - 1);
        assertThat(SpiffeId.parse(longest).uri()).hasSize(2_048);
        assertThatThrownBy(() -> SpiffeId.parse(longest + "p")).hasMessageContaining("2048");
        assertThatThrownBy(() -> SpiffeId.parse("spiffe://" + "d".repeat(256))).hasMessageContaining("255");
    }

    @Test
    void has_a_trust_domain_and_a_path() {
        SpiffeId id = SpiffeId.parse("spiffe://example.org/carnet/north");
        assertThat(id.trustDomain()).isEqualTo("example.org");
        assertThat(id.path()).isEqualTo("/carnet/north");
        assertThat(SpiffeId.ofTrustDomain("example.org").path()).isEmpty();
        assertThatThrownBy(() -> SpiffeId.ofTrustDomain("example.org/x")).hasMessageContaining("has no path");
    }

    @Test
    void is_ordered_by_its_bytes() {
        assertThat(SpiffeId.parse("spiffe://a/B")).isLessThan(SpiffeId.parse("spiffe://a/a"));
        assertThat(SpiffeId.parse("spiffe://a/a")).isLessThan(SpiffeId.parse("spiffe://a/aa"));
    }

    @Test
    void a_sentence_shows_a_stranger_s_text_safely() {
        assertThatThrownBy(() -> SpiffeId.parse("\u001b[31mx\n" + "y".repeat(5_000)))
                .message()
                .hasSizeLessThan(250)
                .startsWith("bad SPIFFE ID '?[31mx?yyy");
    }
}
