package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Nothing that comes from elsewhere may command the terminal. */
class ShownTest {
    @Test
    void plain_text_stays() {
        assertThat(Shown.text("run 7/step-100 ü 日本 😀 é")).isEqualTo("run 7/step-100 ü 日本 😀 é");
    }

    @Test
    void what_a_terminal_obeys_is_escaped() {
        assertThat(Shown.text("\u001b[2J\u0007\r\n\t\u007f")).isEqualTo("\\x1b[2J\\x07\\x0d\\x0a\\x09\\x7f");
        assertThat(Shown.text("a\u009b31mb")).as("C1").isEqualTo("a\\u{9b}31mb");
        assertThat(Shown.text("exe\u202egnp")).as("direction").isEqualTo("exe\\u{202e}gnp");
        assertThat(Shown.text("a\u200bb\u2028c")).as("invisible").isEqualTo("a\\u{200b}b\\u{2028}c");
        assertThat(Shown.text("\ud800x")).as("half a pair").isEqualTo("\\u{d800}x");
        assertThat(Shown.sentence("'caf\\xe9' is \u001b[2J no \\"))
                .as("names in it are escaped already")
                .isEqualTo("'caf\\xe9' is \\x1b[2J no \\");
        assertThat(Shown.text("\\x1b")).as("an escape cannot be pretended").isEqualTo("\\x5cx1b");
    }

    @Test
    void no_character_gets_through() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int type = Character.getType(c);
            boolean bad = type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
            if (bad) {
                assertThat(Shown.text("a" + Character.toString(c)).chars().allMatch(x -> x >= 0x20 && x < 0x7f))
                        .as("U+%x", c)
                        .isTrue();
            }
        }
    }

    @Test
    void cut_to_columns() {
        assertThat(Shown.cut("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Shown.cut("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(Shown.cut("日本語", 5)).isEqualTo("日本…");
        assertThat(Shown.width("日本ü")).isEqualTo(5);
    }
}
