package dev.carnet.daemon.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the files of {@code [revocation.crls]}: X.509 certificate revocation lists, PEM (several in one file) or DER. Who signed them is judged where they are used. */
public final class RevocationLists {
    /** Bytes of one file. */
    public static final int FILE_BYTES_MAX = 16 << 20;

    private static final int LISTS_MAX = 1_024;

    private RevocationLists() {}

    /**
     * The lists, by trust domain.
     *
     * @throws ConfigException with everything that is wrong: a list that is configured and cannot be read must not count as an empty one
     */
    public static Map<String, List<X509CRL>> load(DaemonConfig config) throws ConfigException {
        Problems problems = new Problems(config.file());
        Map<String, List<X509CRL>> lists = new TreeMap<>();
        config.revocation().crls().forEach((domain, files) -> {
            List<X509CRL> all = new ArrayList<>();
            for (Path file : files) {
                read(file, "revocation.crls." + domain, problems).ifPresent(all::addAll);
            }
            lists.put(domain, List.copyOf(all));
        });
        if (!problems.none()) {
            throw problems.exception();
        }
        return Map.copyOf(lists);
    }

    private static Optional<List<X509CRL>> read(Path file, String key, Problems problems) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new IOException("more than " + Quantity.ofSize(FILE_BYTES_MAX));
            }
            List<X509CRL> lists = new ArrayList<>();
            for (CRL list : CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(bytes))) {
                lists.add((X509CRL) list);
            }
            if (lists.isEmpty() || lists.size() > LISTS_MAX) {
                throw new CRLException(lists.size() + " revocation lists, not 1 to " + LISTS_MAX);
            }
            return Optional.of(lists);
        } catch (IOException e) {
            problems.add(0, key, file + " cannot be read: " + e);
        } catch (CertificateException | CRLException | ClassCastException e) {
            problems.add(0, key, file + " holds no X.509 revocation list: " + e.getMessage());
        }
        return Optional.empty();
    }
}
