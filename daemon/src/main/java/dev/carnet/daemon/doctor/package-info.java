/** Looks the machine and the configuration over, and says what to do: {@link dev.carnet.daemon.doctor.Doctor}. Changes nothing. */
@NullMarked
package dev.carnet.daemon.doctor;

import org.jspecify.annotations.NullMarked;
