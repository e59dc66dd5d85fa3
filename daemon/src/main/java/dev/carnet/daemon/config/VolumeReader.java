package dev.carnet.daemon.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The tables {@code [[volume]]}. */
final class VolumeReader {
    static final int VOLUMES_MAX = 256;

    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
    private static final Pattern GROUP = Pattern.compile("[^\\s:,]{1,64}");

    private final ConfigReader reader;
    private final Optional<Path> state;
    private final List<VolumeConfig> volumes = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final List<Path> own;

    /** @param own files of the daemon besides its state: no peer may write where they lie */
    VolumeReader(ConfigReader reader, Optional<Path> state, List<Path> own) {
        this.reader = reader;
        this.state = state;
        this.own = own;
    }

    List<VolumeConfig> volumes() {
        return volumes;
    }

    /** Whether a volume of this name stands in the file, be it right or wrong otherwise. */
    List<String> names() {
        return names;
    }

    Optional<VolumeConfig> volume(String name) {
        return volumes.stream().filter(volume -> volume.name().equals(name)).findFirst();
    }

    void read(Section section) {
        Optional<String> name = section.required("name");
        Optional<Path> path = section.required("path").map(text -> reader.path(section, "path", text));
        boolean readOnly = section.bool("read-only", false);
        Optional<String> group = group(section);
        int modeMask = modeMask(section);
        OptionalLong quota = section.size("quota", 1, Long.MAX_VALUE);
        boolean rename = section.bool("rename-without-noreplace", false);
        boolean modesDecide = section.bool("modes-decide", false);
        section.end();
        if (name.isEmpty()) {
            return;
        }
        boolean good = ConfigReader.nameIsGood(section, "name", name.get(), names);
        names.add(name.get());
        path.ifPresent(root -> checkPlace(section, root, readOnly));
        if (good && path.isPresent()) {
            places.add(new Place(name.get(), path.get(), real(path.get())));
            volumes.add(
                    new VolumeConfig(name.get(), path.get(), readOnly, group, modeMask, quota, rename, modesDecide));
        }
    }

    private static Optional<String> group(Section section) {
        Optional<String> group = section.string("group");
        if (group.isPresent() && !GROUP.matcher(group.get()).matches()) {
            section.problem("group", Section.quote(group.get()) + " is no name of a group");
        }
        return group;
    }

    private static int modeMask(Section section) {
        Optional<String> text = section.string("mode-mask");
        if (text.isEmpty()) {
            return VolumeConfig.MODE_MASK_DEFAULT;
        }
        if (!MODE.matcher(text.get()).matches()) {
            section.problem("mode-mask", Section.quote(text.get()) + " is not three octal digits, such as \"0750\"");
            return VolumeConfig.MODE_MASK_DEFAULT;
        }
        int mask = Integer.parseInt(text.get(), 8);
        if ((mask & 0600) != 0600) {
            section.problem(
                    "mode-mask", text.get() + " takes from the daemon what it publishes: it has to contain 0600");
        }
        return mask;
    }

    /** Below a volume that is only read the state may lie: whoever declares a home directory could not start a daemon in it otherwise. */
    private void checkPlace(Section section, Path root, boolean readOnly) {
        Place place = new Place("", root, real(root));
        boolean stateBelow = readOnly && state.isPresent() && real(state.get()).startsWith(real(root));
        if (state.isPresent() && place.overlaps(new Place("", state.get(), real(state.get()))) && !stateBelow) {
            section.problem(
                    "path", root + " and the state directory " + state.get() + " contain one another: keep them apart");
        }
        if (!readOnly) {
            own.stream()
                    .filter(file -> real(file).startsWith(real(root)) || file.startsWith(root))
                    .findFirst()
                    .ifPresent(
                            file -> section.problem(
                                    "path",
                                    root + " contains " + file
                                            + ", which is the daemon's own: whoever pushes into the volume could write beside it; keep them apart, or make it read-only"));
        }
        if (java.nio.file.Files.exists(root)
                && !real(root).equals(root.toAbsolutePath().normalize())) {
            section.problem(
                    "path",
                    root + " has a symbolic link in it, and a volume is opened without following any: write "
                            + real(root));
        }
        for (Place other : places) {
            if (place.overlaps(other)) {
                section.problem(
                        "path",
                        root + " and " + other.path() + " of the volume " + other.volume()
                                + " contain one another: keep volumes apart");
            }
        }
    }

    /** Where a volume lies, by name and with links resolved. */
    private record Place(String volume, Path path, Path real) {
        boolean overlaps(Place other) {
            return nested(path, other.path) || nested(real, other.real);
        }
    }

    private static boolean nested(Path a, Path b) {
        return a.startsWith(b) || b.startsWith(a);
    }

    /** Links resolved as far as the path exists. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path parent = path.getParent();
            return parent == null ? path : real(parent).resolve(path.getFileName());
        }
    }
}
