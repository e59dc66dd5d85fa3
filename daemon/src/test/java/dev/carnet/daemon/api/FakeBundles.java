package dev.carnet.daemon.api;

import dev.carnet.daemon.transfer.Bundles;
import dev.carnet.daemon.transfer.Holdings;
import dev.carnet.daemon.transfer.Sealing;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsFormat.Hash;
import dev.carnet.proto.oms.OmsSigner;
import dev.carnet.proto.oms.OmsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One checkpoint, m/n at /srv/n, that has both bundles, and one file of zeros. Pages of 100 bytes. */
final class FakeBundles implements Bundles, OmsSigner {
    private static final int PAGE = 100;
    private static final KeyPair PAIR = pair();
    static final ManifestKey KEY = new ManifestKey(PAIR.getPublic().getEncoded());

    private static KeyPair pair() {
        try {
            KeyPairGenerator maker = KeyPairGenerator.getInstance("EC");
            maker.initialize(new ECGenParameterSpec("secp256r1"));
            return maker.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private final byte[] blake3 = bundle(Hash.BLAKE3);
    private final byte[] sha256 = bundle(Hash.SHA256);

    private byte[] bundle(Hash hash) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            OmsWriter.Measure measure = new OmsWriter.Measure(hash, "n");
            measure.add("weights");
            OmsWriter writer = new OmsWriter(out, measure, this);
            writer.add("weights", new byte[32]);
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    byte[] of(Hash hash) {
        return hash == Hash.BLAKE3 ? blake3 : sha256;
    }

    @Override
    public byte[] publicKey() {
        return PAIR.getPublic().getEncoded();
    }

    @Override
    public byte[] sign(byte[] digest) {
        try {
            Signature ecdsa = Signature.getInstance("NONEwithECDSA");
            ecdsa.initSign(PAIR.getPrivate());
            ecdsa.update(digest);
            return ecdsa.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Sealing.Target at(String path) {
        return new Sealing.Target("m", path.replaceFirst("^/srv/", ""));
    }

    @Override
    public Optional<Page> page(String volume, String name, Hash hash, long offset) {
        if (!volume.equals("m") || !name.equals("n")) {
            return Optional.empty();
        }
        byte[] all = of(hash);
        int from = (int) Math.min(offset, all.length);
        return Optional.of(new Page(all.length, Arrays.copyOfRange(all, from, Math.min(from + PAGE, all.length))));
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
