"""watch_memory --limit-mib N --below DIR -- COMMAND...: runs COMMAND and samples the anonymous memory of every daemon under it.

A daemon is a process whose command line names the daemon's main class and a file below DIR. Fails where one reached the
limit, where fewer than two daemons were seen, and where COMMAND fails. The two ends are told apart by their configuration.
"""

import argparse
import pathlib
import subprocess
import sys
import time

MAIN_CLASS = "dev.carnet.daemon.Main"
INTERVAL_S = 0.1


def daemons(below: str):
    for proc in pathlib.Path("/proc").iterdir():
        if not proc.name.isdigit():
            continue
        try:
            words = (proc / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if MAIN_CLASS in words and any(below in word for word in words):
                yield proc, " ".join(word for word in words[words.index(MAIN_CLASS) + 1:] if below in word)
        except OSError:
            continue  # it has ended


def rss_anon_kib(proc: pathlib.Path) -> int:
    try:
        for line in (proc / "status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit-mib", type=int, required=True)
    parser.add_argument("--below", required=True)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    command = args.command[1:] if args.command[:1] == ["--"] else args.command

    peaks: dict[str, int] = {}
    child = subprocess.Popen(command)
    while child.poll() is None:
        for proc, name in daemons(args.below):
            peaks[name] = max(peaks.get(name, 0), rss_anon_kib(proc))
        time.sleep(INTERVAL_S)

    for name, kib in sorted(peaks.items()):
        print(f"RssAnon, peak: {kib / 1024:7.1f} MiB of {args.limit_mib}  {name}")
    if child.returncode != 0:
        return child.returncode
    if len(peaks) < 2:
        print(f"watch_memory: saw {len(peaks)} daemons below {args.below}, expected two", file=sys.stderr)
        return 1
    return 1 if max(peaks.values()) >= args.limit_mib * 1024 else 0


sys.exit(main())
