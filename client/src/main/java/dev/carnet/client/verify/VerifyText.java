package dev.carnet.client.verify;

import dev.carnet.client.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A comparison's progress and outcome, for people and for programs. */
public final class VerifyText {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private VerifyText() {}

    /** One line; empty until the tree is read. */
    public static String progress(VerifyProgress progress) {
        if (progress.filesTotal() == 0) {
            return "";
        }
        return "verifying: " + bytes(progress.bytes()) + " of " + bytes(progress.bytesTotal()) + ", " + progress.files()
                + " of " + progress.filesTotal() + " files";
    }

    /** What a person reads. */
    public static List<String> lines(VerifyReport report) {
        List<String> lines = new ArrayList<>();
        report.differences().forEach(difference -> lines.add(difference.path() + ": " + difference.what()));
        if (report.differencesMore() > 0) {
            lines.add("… and " + report.differencesMore() + " more differences");
        }
        String name = Names.show(report.records().name());
        long count = report.differences().size() + report.differencesMore();
        lines.add(
                report.verifies()
                        ? name + " verifies: " + report.tree().files()
                                + (report.tree().files() == 1 ? " file, " : " files, ")
                                + bytes(report.tree().logicalBytes()) + ", every byte hashed in " + seconds(report)
                        : name + " DOES NOT VERIFY: " + count + (count == 1 ? " difference" : " differences"));
        lines.add("  tree digest     " + report.tree().treeDigest());
        lines.add("  content digest  " + report.tree().contentDigest());
        lines.add("  record          " + Names.show(report.records().folder().toString()));
        lines.add("  receipt         "
                + (report.receipt()
                        ? "compared with this tree; its signatures are not checked here"
                        : "no receipt is beside it (a transfer that is not closed has none yet)"));
        lines.add("  modes           "
                + (report.modeMask() == Attributes.ALL
                        ? "compared as recorded, without a mask"
                        : "compared under the volume's mask " + Attributes.octal(report.modeMask())));
        return lines;
    }

    /** One object. */
    public static String json(VerifyReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", report.verifies());
        object.put("name", report.records().name());
        object.put("volume", report.records().volume().toString());
        object.put("published", report.records().published().toString());
        object.put("record", report.records().folder().toString());
        object.put("tree_digest", report.tree().treeDigest().hex());
        object.put("content_digest", report.tree().contentDigest().hex());
        object.put("files", report.tree().files());
        object.put("directories", report.tree().directories());
        object.put("bytes", report.tree().logicalBytes());
        object.put("mode_mask", Attributes.octal(report.modeMask()));
        object.put("receipt", report.receipt());
        object.put("seconds", report.took().toMillis() / 1e3);
        object.put("blake3", report.hash());
        object.put(
                "differences",
                report.differences().stream()
                        .map(difference -> Map.of("path", difference.path(), "what", difference.what()))
                        .toList());
        object.put("differences_more", report.differencesMore());
        return Json.write(object);
    }

    /** A size as people say it, in powers of 1000. */
    public static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + (bytes == 1 ? " byte" : " bytes");
        }
        double value = bytes;
        String unit = "";
        for (String next : new String[] {"kB", "MB", "GB", "TB", "PB"}) {
            if (value < 999.95) {
                break;
            }
            value /= 1_000;
            unit = next;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, unit);
    }

    private static String seconds(VerifyReport report) {
        double seconds = (double) report.took().toNanos() / NANOS_PER_SECOND;
        double rate = report.tree().logicalBytes() / Math.max(seconds, 1e-3);
        return String.format(Locale.ROOT, "%.1f s (%s/s, BLAKE3 %s)", seconds, bytes((long) rate), report.hash());
    }
}
