package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "1B,1", "100MB/s,100000000", "10Gbit/s,1250000000", "64MiB,67108864", "1.5GB/s,1500000000",
                "2 TiB,2199023255552",
        "500kB/s,500000", "500KB/s,500000", "1Kibit/s,128", "100Mbitps,12500000", "8bit/s,1", "9PB,9000000000000000"
    })
    void parsed(String text, long bytes) {
        assertThat(Quantities.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "100",
                "100M",
                "100Mb/s",
                "MB",
                "-1MB",
                "1,5GB",
                "0B",
                "0.1B",
                "7bit",
                "1iB",
                "1e3B",
                "999999999999PB",
                "1MB/h"
            })
    void refused(String text) {
        assertThatThrownBy(() -> Quantities.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "999,999 B",
        "1000,1.00 kB",
        "1234,1.23 kB",
        "9999,10.0 kB",
        "12345,12.3 kB",
        "99960,100 kB",
        "999499,999 kB",
        "999600,1.00 MB",
        "31415926535,31.4 GB",
        "9223372036854775807,9223 PB"
    })
    void bytes(long bytes, String text) {
        assertThat(Quantities.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0s", "59,59s", "60,1m00s", "185,3m05s", "3600,1h00m", "7620,2h07m", "86400,1d00h", "273600,3d04h"})
    void durations(long seconds, String text) {
        assertThat(Quantities.duration(seconds)).isEqualTo(text);
    }
}
