/** A hostile peer: it speaks the protocol over real TLS and misbehaves by name, against a daemon in a process of its own. */
package dev.carnet.daemon.hostile;
