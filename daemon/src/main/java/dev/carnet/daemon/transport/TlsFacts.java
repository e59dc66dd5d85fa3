package dev.carnet.daemon.transport;

import java.util.List;

/**
 * What TLS is made of here, for the doctor.
 *
 * @param provider who computes AES-GCM
 * @param group the one key agreement
 * @param suites offered, in order of preference
 * @param wrapMegabytesPerSecond AES-256-GCM of 16 KiB records on one core after warm-up; 0 while it has not been measured yet
 */
public record TlsFacts(String provider, String group, List<String> suites, double wrapMegabytesPerSecond) {
    /** Below this AES-GCM is not the platform's: the routing is broken, and everything is slow. */
    public static final double WRAP_MEGABYTES_PER_SECOND_MIN = 200;
}
