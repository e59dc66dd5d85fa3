package dev.carnet.daemon.volume;

/**
 * The volume-relative name under which a checkpoint is published: 1..64 components of 1..255 UTF-8 bytes joined by '/', at most 4,096 bytes in all; no empty
 * component, ".", "..", NUL or control byte; the first component is not ".carnet".
 *
 * <p>Made only through {@link #of}, so that a value is always safe.
 */
public record CheckpointName(String value) {
    /** Checks every rule above; throws {@link VolumeException} BAD_NAME naming the rule. */
    public CheckpointName {
        NameRules.checkName(value);
    }

    public static CheckpointName of(String value) {
        return new CheckpointName(value);
    }
}
