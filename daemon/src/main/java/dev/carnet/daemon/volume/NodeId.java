package dev.carnet.daemon.volume;

/** A file system object: device and inode number. Device numbers hold within one boot only. */
public record NodeId(long device, long inode) {}
