package dev.carnet.daemon.api;

/** Who connected, as the kernel says (SO_PEERCRED at connect): not what the caller claims. */
public record Caller(int uid, int gid, int pid) {
    @Override
    public String toString() {
        return "uid " + uid + " gid " + gid + " pid " + pid;
    }
}
