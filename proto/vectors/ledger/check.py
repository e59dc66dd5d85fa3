#!/usr/bin/env python3
"""Runs verify.py over cases.json and compares; needs `cryptography`. check.py [WORK]: the ledgers of the cases are made below it and stay."""

import base64
import contextlib
import importlib.util
import io
import json
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("verify", HERE.parent.parent / "verify" / "verify.py")
verify = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(verify)


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


def run(*arguments):
    """What it prints, and its exit code."""
    sys.argv = ["verify.py", *arguments]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = verify.main()
    return code, out.getvalue(), err.getvalue()


def main():
    work = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    wrong, cases = 0, json.loads((HERE / "cases.json").read_text())
    for number, case in enumerate(cases):
        ledgers = [str(work / f"{number:03d}" / str(n)) for n in range(len(case["ledgers"]))]
        for ledger, to in zip(case["ledgers"], ledgers):
            make(ledger, pathlib.Path(to))
        trust = ["--trust", str(HERE / "trust" / case["trust"])] if "trust" in case else []
        code, out, err = run(*ledgers, *trust)
        verdicts = {(verdict, ledger) for verdict in ("verifies", "incomplete", "wrong", "unreadable") for ledger in ledgers}
        found = {tuple(line.split("\t")[:2]) for line in out.splitlines()} - verdicts
        expected = {(f["kind"], f"{ledgers[f['ledger']]}: {f['place']}") for f in case["findings"]}
        if (found, code) != (expected, case["exit"]):
            wrong += 1
            print(f"{number} {case['name']}: exit {code}, expected {case['exit']}\n  found {sorted(found - expected)}\n  missed {sorted(expected - found)}\n{err}")
        if "custody" in case:
            code, derived, _ = run(*ledgers, *trust, "--custody")
            missing = case["exit"] == 0 and json.loads(derived)["missing"]
            if code != (9 if missing else case["exit"]) or derived.removesuffix("\n") != (HERE / "custody" / f"{case['custody']}.json").read_text():
                wrong += 1
                print(f"{number} {case['name']}: another custody")
    print(f"{len(cases)} cases, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
