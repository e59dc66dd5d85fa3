package dev.carnet.daemon.doctor;

import java.util.List;

/** One look at the machine. May take a second and read a disk; waits for no peer. */
public interface Check {
    /** A word or two. */
    String name();

    List<Finding> look();
}
