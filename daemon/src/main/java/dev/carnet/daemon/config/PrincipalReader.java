package dev.carnet.daemon.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The tables {@code [[principal]]}. */
final class PrincipalReader {
    static final int PRINCIPALS_MAX = 1_024;

    private static final int ACCOUNTS_MAX = 1_024;

    private final Accounts accounts;
    private final List<PrincipalConfig> principals = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();

    PrincipalReader(Accounts accounts) {
        this.accounts = accounts;
    }

    List<PrincipalConfig> principals() {
        return principals;
    }

    /** Whether a principal of this label stands in the file, be it right or wrong otherwise. */
    boolean named(String label) {
        return labels.contains(label);
    }

    void read(Section section) {
        Optional<String> label = section.required("label");
        Set<Integer> uids = numbers(section, "user", accounts::uid);
        Set<Integer> gids = numbers(section, "group", accounts::gid);
        section.end();
        if (section.absent("user") && section.absent("group")) {
            section.problem("user", "is missing, and so is group: nobody would ever be this principal");
        }
        if (label.isPresent() && ConfigReader.nameIsGood(section, "label", label.get(), labels)) {
            principals.add(new PrincipalConfig(label.get(), uids, gids));
        }
        label.ifPresent(labels::add);
    }

    /** A number stands for itself, as in chown; a name has to be known now: what a later user of that name could do, nobody has decided. */
    private static Set<Integer> numbers(Section section, String key, Function<String, Optional<Integer>> lookup) {
        Set<Integer> numbers = new LinkedHashSet<>();
        for (String text : section.names(key, ACCOUNTS_MAX)) {
            Optional<Integer> number = text.matches("[0-9]{1,10}") ? number(text) : known(text, lookup);
            if (number.isEmpty()) {
                section.problem(
                        key,
                        "this system has no " + key + " " + Section.quote(text)
                                + ": write a name that it knows, or a number from 0 to 4294967294");
            }
            number.ifPresent(numbers::add);
        }
        return numbers;
    }

    private static Optional<Integer> known(String name, Function<String, Optional<Integer>> lookup) {
        return name.isEmpty() || name.indexOf('\0') >= 0 ? Optional.empty() : lookup.apply(name);
    }

    /** The last one, 2^32 - 1, means "nobody" to the kernel. */
    private static Optional<Integer> number(String digits) {
        long number = Long.parseLong(digits);
        return number < 0xffff_ffffL ? Optional.of((int) number) : Optional.empty();
    }
}
