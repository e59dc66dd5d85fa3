package dev.carnet.client.demo;

import java.util.Optional;

/**
 * A transfer as one of the two daemons sees it.
 *
 * @param state of SPEC.md, section 9
 * @param finished whether nothing more will happen
 * @param ok whether it ended well
 * @param attempt number of the present connection
 * @param bytesHeld logical bytes that are verified and on stable storage at the receiver
 * @param waitingFor a sentence; empty while bytes move
 * @param error why it failed or stopped; empty where it did not
 * @param published where the checkpoint stands; empty at the sender, and before
 * @param receipt where the receipt lies; empty before
 */
record TransferState(
        String state,
        boolean finished,
        boolean ok,
        long attempt,
        long bytesHeld,
        Optional<String> waitingFor,
        Optional<String> error,
        Optional<String> published,
        Optional<String> receipt) {}
