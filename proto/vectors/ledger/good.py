"""The cases in which nothing is wrong, for generate.py: what is expected of the story, without and with its ledgers and its trust."""

import json
import pathlib
import subprocess
import sys
import tempfile

from casework import first_keys, trust_text, unique, write
from check import make
from daemons import HERE, Daemon, line, record, sha
from stories import long_ledger, pair, story, third

VERIFY = HERE.parent.parent / "verify" / "verify.py"


def add(cases):
    east, west, push = pair()
    cases.base("pair/east", east.files(witnesses=[west]))
    cases.base("pair/west", west.files(witnesses=[east]))
    cases.base("pair/north", third(push).files())
    (e, w, n, other), states = story()
    cases.base("story/east", e.files(witnesses=[w, n]))
    cases.base("story/west", w.files(witnesses=[e, n]))
    cases.base("story/north", n.files(witnesses=[e]))
    lone = long_ledger()
    cases.base("long", lone.files())
    cases.states["story-without-north"] = states

    listed = [(d, first_keys(d)) for d in (e, w, n)]
    logs = unique(e, w, n, lone, east)
    cases.trust("all", trust_text(*logs, entry=[*listed, (lone, lone.keys)]))
    cases.trust("anchors", trust_text(*logs, ca=[e, w, n, lone]))
    cases.trust("witnessed", trust_text(*logs, entry=listed, witnesses=[east], quorum="W0"))

    cases.case("two daemons, one transfer", ["pair/east", "pair/west"], custody="pair")
    cases.case("two daemons, one transfer, by anchors", ["pair/east", "pair/west"], trust="anchors")
    cases.case("a story with every predicate", ["story/east", "story/west", "story/north"], custody="story")
    cases.case("the story, by anchors", ["story/north", "story/west", "story/east"], trust="anchors", custody="story")
    cases.case("the story, north's ledger missing", ["story/east", "story/west"], custody="story-without-north")
    cases.case("the story, a source's ledger alone", ["story/east"], custody="story-east")
    cases.case("the story, a destination's ledger alone", ["story/west"], custody="story-west")
    three = ["pair/north", "pair/east", "pair/west"]
    cases.case("a third daemon says what somebody else's transfer brought, and releases before it has", three, custody="pair-third")
    cases.case("a third daemon and the source's word alone", three[:2], custody="pair-third-source")
    cases.case("a third daemon and the destination's word alone", three[::2], custody="pair-third-destination")
    cases.case("a ledger with a full tile and a second level", ["long"], custody="long")
    older = {**cases.bases["long"], "checkpoint": lone.checkpoint(size=200).encode()}
    cases.case("an older log checkpoint, and its partial tiles are gone", [("long", older)])
    cases.case("a log checkpoint at a full tile", [("long", {**cases.bases["long"], "checkpoint": lone.checkpoint(size=256).encode()})])
    cases.case("a witness has cosigned", ["pair/west"], trust="witnessed")
    nobody = [(0, "trust", "checkpoint")]
    cases.case("no trust file", ["pair/east"], nobody, 9, trust=None, custody="pair-east-untrusted")
    note = cases.bases["pair/east"]["checkpoint"]
    stranger = Daemon(None, None, "spiffe://x.example/x", "stranger.example/log")
    stranger.keys = record.Keys("stranger")
    lines = line(stranger.origin, 1, stranger.keys.pairs["log"][0], note.decode().split("\n\n")[0] + "\n")
    cases.case("a line of a key that nobody knows", [("pair/east", {**cases.bases["pair/east"], "checkpoint": note + lines.encode()})])
    named = lines.replace(stranger.origin, east.origin)
    cases.case("a line of an unknown key under the log's name", [("pair/east", {**cases.bases["pair/east"], "checkpoint": note + named.encode()})])
    return (east, west, push), (e, w, n, other), lone


def custody(cases):
    """Written by the second verifier, after its states have been compared with those that the cases say."""
    for case in cases.cases:
        if "custody" not in case or (HERE / "custody" / f"{case['custody']}.json").exists():
            continue
        trust = ["--trust", str(HERE / "trust" / case["trust"])] if "trust" in case else []
        with tempfile.TemporaryDirectory() as work:
            ledgers = [f"{work}/{n}" for n in range(len(case["ledgers"]))]
            for ledger, to in zip(case["ledgers"], ledgers):
                make(ledger, pathlib.Path(to))
            ran = subprocess.run([sys.executable, VERIFY, *ledgers, *trust, "--custody"], capture_output=True, check=False)
        assert ran.returncode in (0, 5, 9), ran.stderr.decode()
        write(HERE / "custody" / f"{case['custody']}.json", ran.stdout.removesuffix(b"\n"))
        if case["custody"] in cases.states:
            check(cases.states[case["custody"]], json.loads(ran.stdout))


def check(states, derived):
    found = {copy["transfer"]: copy["state"] for c in derived["checkpoints"] for copy in c["copies"] if "transfer" in copy}
    expected = {sha(f"transfer {label}")[:32]: state for label, state in states.items() if state}
    assert found == expected, {k: (found.get(k), expected.get(k)) for k in found.keys() | expected.keys() if found.get(k) != expected.get(k)}
