package dev.carnet.client;

import java.util.Map;
import java.util.TreeMap;

/** Which checkpoint a bundle is of. */
public sealed interface BundleOf {
    /** As the daemon is told. */
    Map<String, String> members();

    /** What stands at an absolute path. */
    record At(String path) implements BundleOf {
        @Override
        public Map<String, String> members() {
            return Map.of("path", path);
        }
    }

    /** A name of the catalogue. */
    record Named(String volume, String name) implements BundleOf {
        @Override
        public Map<String, String> members() {
            return new TreeMap<>(Map.of("volume", volume, "name", name));
        }
    }
}
