#!/usr/bin/env python3
"""Runs verify.py over cases.json and compares; needs `cryptography`. check.py [WORK]: the ledgers of the cases are made below it and stay."""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
VERIFY = HERE.parent.parent / "verify" / "verify.py"


def make(ledger, to):
    """The ledger of a case: its base, and what is different."""
    base = HERE / "ledgers" / ledger["base"]
    shutil.copytree(base, to)
    for splice in ledger.get("splices", []):
        source = base / splice.get("of", splice["file"])
        was = source.read_bytes() if source.exists() else b""
        at, put = splice["at"], base64.b64decode(splice["put"])
        path = to / splice["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(was[:at] + put + was[at + splice["cut"] :])
    for path in ledger.get("gone", []):
        (to / path).unlink()


def main():
    work = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    wrong = 0
    for number, case in enumerate(json.loads((HERE / "cases.json").read_text())):
        ledgers = [str(work / f"{number:03d}" / str(n)) for n in range(len(case["ledgers"]))]
        for ledger, to in zip(case["ledgers"], ledgers):
            make(ledger, pathlib.Path(to))
        trust = ["--trust", str(HERE / "trust" / case["trust"])] if "trust" in case else []
        told = subprocess.run([sys.executable, VERIFY, *ledgers, *trust], capture_output=True, check=False, text=True)
        found = {tuple(line.split("\t")[:2]) for line in told.stdout.splitlines()} - {(v, d) for v in ("verifies", "incomplete", "wrong", "unreadable") for d in ledgers}
        expected = {(f["kind"], f"{ledgers[f['ledger']]}: {f['place']}") for f in case["findings"]}
        if (found, told.returncode) != (expected, case["exit"]):
            wrong += 1
            print(f"{number} {case['name']}: exit {told.returncode}, expected {case['exit']}\n  found {sorted(found - expected)}\n  missed {sorted(expected - found)}\n{told.stderr[-600:]}")
        if "custody" in case:
            derived = subprocess.run([sys.executable, VERIFY, *ledgers, *trust, "--custody"], capture_output=True, check=False).stdout
            if derived.removesuffix(b"\n") != (HERE / "custody" / f"{case['custody']}.json").read_bytes():
                wrong += 1
                print(f"{number} {case['name']}: another custody")
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
