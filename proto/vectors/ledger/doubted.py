"""The cases of custody in which one ledger does not bear out what another says, for generate.py: section 6 after section 5."""

import copy
import json

from casework import find, payload_of, rewrite, with_entry
from daemons import Clock, canonical, record, sha
from stories import NORTH, daemon, open_up, pair

STRANGER = record.Keys("stranger").entry()


def add(cases):
    def case(name, ledgers, state, findings, exit_code, custody):
        given = [(f"pair/{d.id.split('/')[2].split('.')[0]}", d.files()) for d in ledgers]
        cases.states[custody] = {"pair": state}
        cases.case(f"custody: {name}", given, findings, exit_code, custody=custody)

    def entry(n, kinds, at):
        return [(n, kind, f"entry {at}") for kind in kinds]

    def without_receipt():
        east, west, push = pair()
        for side in east, west:
            side.entries = side.entries[: find(side, "transfer-receipt")]
        return east, west, push

    east, west, push = without_receipt()
    push.receipt(s_signers=STRANGER, at=("d",))
    found = entry(1, ["receipt-missing", "receipt-signature"], len(west.entries) - 1)
    case("a receipt that the source never signed, in the destination's ledger", [east, west], "one-sided", found, 5, "forged-by-destination")

    east, west, push = without_receipt()
    push.receipt(d_signers=STRANGER, at=("s",))
    found = entry(0, ["receipt-missing", "receipt-signature"], len(east.entries) - 1)
    case("a receipt that the destination never signed, in the source's ledger", [east, west], "one-sided", found, 5, "forged-by-source")
    west.entries = west.entries[: find(west, "transfer-intent")]
    found += entry(0, ["intent-missing"], find(east, "transfer-intent"))
    # what the source has counts, and its receipt says nothing
    case("the same, and the destination's ledger knows nothing of the transfer", [east, west], "possible", found, 5, "forged-by-source-alone")

    east, west, push = pair()
    at = find(west, "transfer-receipt")
    found = entry(0, ["receipt-differs"], find(east, "transfer-receipt")) + entry(1, ["receipt-differs"], at)
    west.entries = with_entry(west.entries, at, other_bytes(east, west, at))
    case("the same receipt in other bytes", [east, west], "one-sided", found, 5, "other-bytes")

    east, west, push = pair()
    east.entries = east.entries[: find(east, "transfer-intent")]
    at = find(west, "transfer-receipt")
    found = entry(1, ["receipt-missing", "intent-missing"], at) + entry(1, ["seal-missing"], find(west, "seal"))
    case("the source's ledger is older: its half is right", [east, west], "held", found, 9, "older-source")

    east, west, push = pair()
    west.entries = west.entries[: find(west, "transfer-intent")]
    found = entry(0, ["receipt-missing"], find(east, "transfer-receipt")) + entry(0, ["intent-missing"], find(east, "transfer-intent"))
    case("the destination's ledger is older: its half is right", [east, west], "receipted", found, 9, "older-destination")

    east, west, push = without_receipt()
    at = find(west, "seal")
    west.entries = [*west.entries[:at], rewrite(west, at, STRANGER, content=sha("other content"))]
    east.entries = east.entries[: find(east, "seal")]
    case("a seal that the source never signed says no content", [east, west], "possible", entry(1, ["seal-missing"], at), 5, "forged-seal")

    # another receipt of the same payload: the first counts, and each is compared
    east, west, push = pair()
    at = find(west, "transfer-receipt")
    west.log((payload_of(west.entries[at]), other_bytes(east, west, at)))
    case("the right receipt, and once more in other bytes", [east, west], "held", entry(1, ["receipt-differs"], len(west.entries) - 1), 5, "twice")
    west.entries = [*west.entries[:at], *west.entries[at:][::-1]]
    found = entry(0, ["receipt-differs"], find(east, "transfer-receipt")) + entry(1, ["receipt-differs"], at)
    case("a receipt in other bytes, and then the right one", [east, west], "one-sided", found, 5, "twice-turned")

    # the destination has a receipt of its transfer from east with north, which says so, too
    east, west, push = without_receipt()
    north = daemon(Clock(), *NORTH)
    open_up(north)
    other = copy.copy(push)
    other.s = north
    other.s_intent = other.intend(north)
    other.seal_time, other.seal_keys = push.seal_time, north.keys
    other.receipt()
    case("a receipt with another than the peer of the intent", [east, west, north], "one-sided", [], 0, "another-source")
    case("a receipt with another than the peer of the intent, whose ledger is missing", [east, west], "one-sided", [], 0, "another-source-missing")


def other_bytes(east, west, at):
    """The receipt with another right signature: ML-DSA signs with other randomness."""
    old = json.loads(west.entries[at])
    keys = {sha(k.spki): k for k in (*east.keys.entry(), *west.keys.entry())}
    ml = west.keys.ids()[1]
    again = record.ML_DSA_44._sign_internal(keys[ml].key, b"\0\0" + record.pae(payload_of(west.entries[at])), bytes.fromhex(sha("other randomness")))
    return canonical({**old, "signatures": [{**s, "sig": record.b64(again)} if s["keyid"] == ml else s for s in old["signatures"]]})
