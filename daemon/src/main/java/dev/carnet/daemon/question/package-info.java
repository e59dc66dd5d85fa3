/**
 * Questions that are no transfer (SPEC section 8.1): what is there that I may pull, read your copy again and sign what you hold, how fast is the line. Both ends. The doors are
 * {@link dev.carnet.daemon.question.Questions} for the transport, and {@link dev.carnet.daemon.question.PeerQuestions} for whoever asks.
 */
@NullMarked
package dev.carnet.daemon.question;

import org.jspecify.annotations.NullMarked;
