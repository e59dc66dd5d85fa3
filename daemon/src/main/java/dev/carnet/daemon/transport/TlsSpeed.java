package dev.carnet.daemon.transport;

import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** How fast AES-256-GCM is through the cipher that TLS uses: the slow path is twenty times slower and looks the same otherwise. */
final class TlsSpeed {
    private static final int RECORD_BYTES = 16 << 10;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private TlsSpeed() {}

    private static final Duration WINDOW = Duration.ofMillis(30);
    private static final int WINDOWS_MIN = 8;
    private static final int WINDOWS_MAX = 150;
    private static final double STILL_RISING = 1.1;

    /** The JVM's, measured when first asked for. */
    private static final class Once {
        static final double MEGABYTES_PER_SECOND = measure(new RoutedCrypto());
    }

    /** Megabytes per second of 16 KiB records on one core. Takes a second or so when first called. */
    static double megabytesPerSecond() {
        return Once.MEGABYTES_PER_SECOND;
    }

    /** The best of windows that go on while the JIT makes it faster, 4.5 s at most. */
    private static double measure(RoutedCrypto crypto) {
        Cipher cipher = crypto.aesGcm();
        double best = 0;
        double before = 0;
        long counter = 0;
        for (int i = 0; i < WINDOWS_MAX; i++) {
            if (i >= WINDOWS_MIN && best > TlsFacts.WRAP_MEGABYTES_PER_SECOND_MIN && best < before * STILL_RISING) {
                break;
            }
            before = best;
            long begin = System.nanoTime();
            long bytes = 0;
            while (System.nanoTime() - begin < WINDOW.toNanos()) {
                wrap(cipher, counter++);
                bytes += RECORD_BYTES;
            }
            best = Math.max(best, bytes / BYTES_PER_MEGABYTE / ((System.nanoTime() - begin) / NANOS_PER_SECOND));
        }
        return best;
    }

    private static void wrap(Cipher cipher, long counter) {
        byte[] nonce = new byte[NONCE_BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[i] = (byte) (counter >>> (Byte.SIZE * i));
        }
        try {
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(new byte[KEY_BYTES], "AES"),
                    new GCMParameterSpec(TAG_BITS, nonce));
            int tag = cipher.doFinal(new byte[RECORD_BYTES]).length - RECORD_BYTES;
            if (tag != TAG_BITS / Byte.SIZE) {
                throw new IllegalStateException("AES-GCM made a tag of " + tag + " bytes");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not work", e);
        }
    }
}
