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

    /**
     * Megabytes per second of 16 KiB records on this thread: the best of several windows, the first of which warm up the JIT.
     *
     * @param window how long each measurement runs
     * @param windows how many; the whole takes their product, less where the first good one comes early
     */
    static double measure(RoutedCrypto crypto, Duration window, int windows) {
        Cipher cipher = crypto.aesGcm();
        double best = 0;
        long counter = 0;
        for (int i = 0; i < windows; i++) {
            long begin = System.nanoTime();
            long bytes = 0;
            while (System.nanoTime() - begin < window.toNanos()) {
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
