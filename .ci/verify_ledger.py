"""verify_ledger LEDGER [OTHER...]: verifies every envelope of a ledger's directory with PyPI's securesystemslib.

Each entry is signed by the entry keys of the key binding in force at its place. The signatures of another daemon (its
half of a receipt, its seal) are verified where its ledger is among the OTHERs, and counted where it is not.
"""

import collections
import pathlib
import sys

from ledger_files import bindings, entries, origin
from verify_dsse import SIGNATURES, Keys, blob, check_change, check_form, check_key_proof, name_of, refuses_changed


class Ledger:
    def __init__(self, directory: pathlib.Path, others: list[pathlib.Path]):
        self.directory = directory
        self.origin = origin(directory)
        self.daemon = ""
        self.in_force: list[str] = []
        self.ever: set[str] = set()
        self.keys = Keys()
        self.foreign: collections.defaultdict[str, Keys] = collections.defaultdict(Keys)
        for other in others:
            for statement in bindings(other):
                for spki in statement["predicate"]["list"]["keys"]["entry"].values():
                    self.foreign[origin(other)].add(spki)
        self.counts: collections.Counter[str] = collections.Counter()
        self.unverified = 0

    def check(self, raw: bytes) -> None:
        envelope, statement = check_form(raw)
        name, predicate = name_of(statement), statement["predicate"]
        ids = [signature["keyid"] for signature in envelope["signatures"]]
        if name == "key-binding":
            self.bind(ids, statement)
        own = (predicate["daemon"], predicate["origin"]) == (self.daemon, self.origin)
        if name == "transfer-receipt":
            self.verify(envelope, self.other_side(ids, predicate))
        elif own:
            assert name == "key-binding" or set(ids) <= set(self.in_force), f"{name} by keys that are not in force"
            self.expect(name, ids)
            self.verify(envelope)
        else:
            assert name == "seal", f"{name} of {predicate['daemon']}"
            assert predicate["destination"]["origin"] == self.origin, "a seal of others"
            self.expect(name, ids)
            self.verify(envelope, predicate["origin"])
        if name in ("policy-change", "trust-change"):
            check_change(self.directory, name, statement)
        for member in ("chunks", "sessionsMore"):
            if member in predicate:
                blob(self.directory, predicate[member])
        self.counts[name] += 1

    def expect(self, name: str, ids: list[str]) -> None:
        changed = 4 if name == "key-binding" and self.counts[name] else 0
        assert len(ids) == (changed or SIGNATURES.get(name, 1)), f"{name} with {len(ids)} signatures"

    def bind(self, ids: list[str], statement: dict) -> None:
        listed = statement["predicate"]["list"]
        assert listed["origin"] == self.origin, f"a key binding of {listed['origin']}"
        assert self.daemon in ("", listed["spiffeId"]), f"a key binding of {listed['spiffeId']}"
        self.daemon = listed["spiffeId"]
        before = set(self.in_force)
        self.in_force = [self.keys.add(spki) for spki in listed["keys"]["entry"].values()]
        self.ever |= set(self.in_force)
        assert set(ids) == before | set(self.in_force), "a key binding that is not signed by the keys before and after"
        check_key_proof(self.directory, statement)

    def other_side(self, ids: list[str], predicate: dict) -> str:
        """The origin of a receipt's other side; this side's keys have been in force."""
        sides = {predicate[side]["origin"]: predicate[side] for side in ("source", "destination")}
        assert self.origin in sides and len(sides) == 2, f"a receipt of {sorted(sides)}"
        named = [keyid for side in sides.values() for keyid in side["entryKeys"]]
        assert sorted(ids) == sorted(named), "signed by others than it names"
        assert set(sides.pop(self.origin)["entryKeys"]) <= self.ever, "a receipt by keys that were never in force"
        return next(iter(sides))

    def verify(self, envelope: dict, other: str = "") -> None:
        """This ledger's signatures, and those of another's keys where that is at hand."""
        mine = [s for s in envelope["signatures"] if s["keyid"] in self.ever]
        theirs = [s for s in envelope["signatures"] if s["keyid"] not in self.ever]
        assert other or not theirs, "a signature of a key that no binding names"
        if mine:
            part = dict(envelope, signatures=mine)
            self.keys.verify(part)
            refuses_changed(self.keys, part)
        if other in self.foreign and theirs:
            self.foreign[other].verify(dict(envelope, signatures=theirs))
        else:
            self.unverified += len(theirs)


def main() -> None:
    directory, *others = map(pathlib.Path, sys.argv[1:])
    ledger = Ledger(directory, others)
    for place, raw in enumerate(entries(directory)):
        try:
            ledger.check(raw)
        except Exception as e:
            sys.exit(f"verify_ledger: entry {place} of {ledger.origin}: {type(e).__name__}: {e}")
    print(
        f"{ledger.origin}: {ledger.counts.total()} envelopes verify: "
        + ", ".join(f"{count} {name}" for name, count in sorted(ledger.counts.items()))
        + (f"; {ledger.unverified} signatures of others not at hand" if ledger.unverified else "")
    )


main()
