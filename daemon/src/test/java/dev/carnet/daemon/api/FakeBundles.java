package dev.carnet.daemon.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.transfer.Bundles;
import dev.carnet.daemon.transfer.Holdings;
import dev.carnet.daemon.transfer.Sealing;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsFormat.Hash;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One checkpoint, m/n at /srv/n, that has a BLAKE3 bundle. */
final class FakeBundles implements Bundles {
    static final byte[] BUNDLE = "a bundle".getBytes(UTF_8);
    /** The key of RFC 6979, section A.2.5. */
    static final ManifestKey KEY = new ManifestKey(Base64.getDecoder()
            .decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5"
                    + "A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ=="));

    @Override
    public Sealing.Target at(String path) {
        return new Sealing.Target("m", path.replaceFirst("^/srv/", ""));
    }

    @Override
    public Optional<Page> page(String volume, String name, Hash hash, long offset) {
        boolean there = volume.equals("m") && name.equals("n") && hash == Hash.BLAKE3;
        return there
                ? Optional.of(new Page(BUNDLE.length, Arrays.copyOfRange(BUNDLE, (int) offset, BUNDLE.length)))
                : Optional.empty();
    }

    @Override
    public Holdings.Held make(String volume, String name, Holdings.Progress progress, BooleanSupplier stopped) {
        throw new UnsupportedOperationException("jobs are faked");
    }

    @Override
    public List<ManifestKey> keys() {
        return List.of(KEY);
    }
}
