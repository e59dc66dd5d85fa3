/** Who may do what. The door is {@link dev.carnet.daemon.policy.Policy}: deny by default, one rule named for each permission. */
@NullMarked
package dev.carnet.daemon.policy;

import org.jspecify.annotations.NullMarked;
