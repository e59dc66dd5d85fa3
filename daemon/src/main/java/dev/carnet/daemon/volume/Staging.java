package dev.carnet.daemon.volume;

import java.util.Optional;

/**
 * Where one checkpoint is assembled: {@code <root>/.carnet/staging/<id>/}, mode 0700. The tree itself is its child {@code tree} (a directory, or a file
 * where the checkpoint is one file).
 */
public interface Staging {
    /**
     * Makes a directory of the staged tree (u+rwx until finished); one that exists already by this very name is kept.
     *
     * @throws VolumeException EXISTS where a file stands there; NAME_CONFLICT as {@link #create}
     */
    void makeDirectory(String path);

    /**
     * Opens a file of the staged tree for writing; it must not exist yet.
     *
     * @throws VolumeException EXISTS where this very name stands there (made before a crash: {@link #reopen} it); NAME_CONFLICT where another name of this tree already stands there for this file system (case folding, normalisation)
     */
    StagedFile create(String path);

    /**
     * Opens a staged file that {@link #create} made before, after a restart.
     *
     * @throws VolumeException NOT_FOUND; IO where its force failed
     */
    StagedFile reopen(String path);

    /** Unlinks a staged file whose force failed, so that it can be created again on a new inode. */
    void discard(String path);

    /**
     * Last touches: sizes are checked against the members, modes (under the volume's mask, group set) and times are set, every file and directory is fsynced,
     * bottom up. The top directory keeps u+rwx until {@link #seal}. Idempotent. No descriptor of the tree may be open for writing. A time that the file system cannot
     * hold is what it makes of it.
     *
     * @param members all of them in tree order, the root first; iterated at least twice, on the calling thread, without being collected
     * @throws VolumeException IO where a file is missing, has another size, or something stands there that is no member
     * @throws IllegalArgumentException where the members are out of order or lack a parent
     */
    void assemble(Iterable<Member> members);

    /** Device and inode of the staged root; empty where it is not there. */
    Optional<NodeId> root();

    /**
     * One renameat2(RENAME_NOREPLACE) of the staged root to its final name. Nothing else; durability follows in {@link #seal}.
     *
     * @throws VolumeException EXISTS where something stands there, CROSS_DEVICE where the file system cannot
     */
    void publish(CheckpointName name);

    /**
     * After {@link #assemble}: fingerprints of all members go to the records of {@code name}, as they are before anybody else can see them. What is changed after the rename differs from them. Idempotent.
     */
    void recordPrints(CheckpointName name);

    /** After the rename: final mode of the top, fsync of it and both parents; its own fingerprint is taken anew in the records, since all of this changes it. Idempotent. */
    void seal(CheckpointName name, Member top);

    /**
     * A new, empty file beside the staged tree, never part of it: for what arrives before its members. One of an earlier run is replaced; it goes with the staging.
     *
     * @param name of {@code a-z}
     */
    ScratchFile scratch(String name);

    /** Opens for reading what {@link #scratch} made before, also after a restart; empty where there is none. */
    Optional<RecordFile> openScratch(String name);

    /** Removes whatever is left of the staging directory, durably. Idempotent. */
    void destroy();
}
