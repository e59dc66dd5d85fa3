package dev.carnet.client.demo;

import java.io.IOException;
import java.nio.file.Path;

/** Something worth moving, for whoever gives no checkpoint. */
interface Weights {

    /** What it is, for people: a phrase. */
    String what();

    /**
     * Puts it into a folder of its own.
     *
     * @param volume exists
     * @return the folder
     * @throws IOException if it cannot be had; the message says why
     */
    Path into(Path volume) throws IOException, InterruptedException;
}
