package dev.carnet.daemon.transport;

import java.security.AlgorithmParameters;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;
import org.bouncycastle.jcajce.util.JcaJceHelper;
import org.bouncycastle.jcajce.util.ProviderJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/**
 * Bouncy Castle for everything but AES-GCM, which goes to the platform's provider: its code is twenty times faster, and a broken routing looks the same but
 * for that, so {@link TlsSpeed} measures it. Neither provider is installed in the JVM.
 */
final class RoutedCrypto extends JcaTlsCryptoProvider {
    private final Helper helper = new Helper(new BouncyCastleProvider(), platform());

    @Override
    public JcaJceHelper getHelper() {
        return helper;
    }

    JcaTlsCrypto create() {
        return create(new SecureRandom());
    }

    /** The cipher that records are encrypted with. */
    Cipher aesGcm() {
        try {
            return helper.createCipher("AES/GCM/NoPadding");
        } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    private static Provider platform() {
        Provider provider = Security.getProvider("SunJCE");
        if (provider == null) {
            throw new IllegalStateException("this Java has no provider SunJCE: run a plain OpenJDK 25");
        }
        return provider;
    }

    /** Sends what is AES-GCM to the platform. */
    private static final class Helper extends ProviderJcaJceHelper {
        private final Provider platform;

        Helper(Provider bouncyCastle, Provider platform) {
            super(bouncyCastle);
            this.platform = platform;
        }

        @Override
        public Cipher createCipher(String transformation) throws NoSuchAlgorithmException, NoSuchPaddingException {
            return transformation.startsWith("AES/GCM")
                    ? Cipher.getInstance(transformation, platform)
                    : super.createCipher(transformation);
        }

        @Override
        public AlgorithmParameters createAlgorithmParameters(String algorithm) throws NoSuchAlgorithmException {
            return algorithm.equals("GCM")
                    ? AlgorithmParameters.getInstance(algorithm, platform)
                    : super.createAlgorithmParameters(algorithm);
        }
    }
}
