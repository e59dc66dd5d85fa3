"""verify_dsse WORK DEMO_JSON: verifies every DSSE envelope below WORK with PyPI's securesystemslib.

Envelopes are the files *.dsse, and what is found in the journals (*.cq4), which are searched for the one encoding that
proto/SPEC.md section 11 allows: nothing of Carnet's reads them here. The keys come from the key bindings in there; each is
checked against its key proof, which the daemon's TLS leaf signed. ML-DSA-44 is checked by pyca/cryptography:
securesystemslib signs it over TUF's own prefix and not over DSSE's bytes.
"""

import base64
import copy
import hashlib
import json
import pathlib
import re
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
ENVELOPE = re.compile(
    rb'\{"payload":"[A-Za-z0-9+/]+={0,2}","payloadType":"application/vnd\.in-toto\+json","signatures":\['
    rb'(?:\{"keyid":"[0-9a-f]{64}","sig":"[A-Za-z0-9+/]+={0,2}"\},?)+\]\}'
)
PREDICATE = re.compile(r"https://carnet\.dev/([a-z-]+)/v1")
# How many signatures an envelope must have: one per party and algorithm; the rest rest on the signed log later.
SIGNATURES = {"key-binding": 2, "seal": 2, "transfer-receipt": 4}
ENTRY_BYTES_MAX = 32_768


def canonical(value) -> bytes:
    """RFC 8785 for what entries are made of: strings, integers, arrays, objects with ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Keys:
    """Public keys by key id, split by who verifies them."""

    def __init__(self):
        self.ed25519: dict[str, SSlibKey] = {}
        self.mldsa: dict[str, mldsa.MLDSA44PublicKey] = {}

    def add(self, spki: str) -> str:
        """Takes a key up, and gives its id."""
        der = base64.b64decode(spki, validate=True)
        keyid = hashlib.sha256(der).hexdigest()
        key = serialization.load_der_public_key(der)
        if isinstance(key, ed25519.Ed25519PublicKey):
            raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.ed25519[keyid] = SSlibKey(keyid, "ed25519", "ed25519", {"public": raw.hex()})
        else:
            assert isinstance(key, mldsa.MLDSA44PublicKey), f"an entry key of type {type(key)}"
            self.mldsa[keyid] = key
        return keyid

    def has(self, keyid: str) -> bool:
        return keyid in self.ed25519 or keyid in self.mldsa

    def verify(self, envelope: dict) -> int:
        """Every signature of the envelope; raises where one does not verify or its key is not known. Returns their number."""
        dsse = Envelope.from_dict(copy.deepcopy(envelope))
        ids = list(dsse.signatures)
        unknown = [keyid for keyid in ids if not self.has(keyid)]
        assert not unknown, f"signed with a key that no binding names: {unknown}"
        classical = [self.ed25519[keyid] for keyid in ids if keyid in self.ed25519]
        dsse.verify(classical, len(classical))
        for keyid in ids:
            if keyid in self.mldsa:
                self.mldsa[keyid].verify(bytes.fromhex(dsse.signatures[keyid].signature), dsse.pae())
        return len(ids)


def envelopes(work: pathlib.Path) -> dict[bytes, list[pathlib.Path]]:
    found: dict[bytes, list[pathlib.Path]] = {}
    for path in sorted(work.rglob("*.dsse")):
        found.setdefault(path.read_bytes(), []).append(path)
    journals = sorted(work.rglob("*.cq4"))
    assert len({path.parent for path in journals}) >= 2, f"no two journals below {work}"
    for path in journals:
        for match in ENVELOPE.finditer(path.read_bytes()):
            found.setdefault(match[0], []).append(path)
    return found


def check_form(raw: bytes) -> tuple[dict, dict]:
    assert len(raw) <= ENTRY_BYTES_MAX, f"an entry of {len(raw)} bytes"
    envelope = json.loads(raw)
    assert canonical(envelope) == raw, "an envelope that is not canonical"
    assert set(envelope) == {"payload", "payloadType", "signatures"} and envelope["payloadType"] == PAYLOAD_TYPE
    ids = [signature["keyid"] for signature in envelope["signatures"]]
    assert ids == sorted(set(ids)), "signatures out of order, or two of one key"
    payload = base64.b64decode(envelope["payload"], validate=True)
    statement = json.loads(payload)
    assert canonical(statement) == payload, "a payload that is not canonical"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    return envelope, statement


def name_of(statement: dict) -> str:
    match = PREDICATE.fullmatch(statement["predicateType"])
    assert match, f"a predicate type of another kind: {statement['predicateType']}"
    return match[1]


def blob(work: pathlib.Path, digest: str) -> bytes:
    for path in work.rglob(f"*{digest}*"):
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            return path.read_bytes()
    raise AssertionError(f"no blob {digest} below {work}")


def check_key_proof(work: pathlib.Path, statement: dict) -> None:
    """The TLS leaf with the binding's SPIFFE ID has signed the key list."""
    predicate = statement["predicate"]
    key_list = canonical(predicate["list"])
    list_digest = hashlib.sha256(key_list).digest()
    assert statement["subject"] == [{"digest": {"sha256": list_digest.hex()}, "name": predicate["list"]["spiffeId"]}]
    proof = json.loads(blob(work, predicate["proof"]))
    assert base64.b64decode(proof["list"]) == key_list, "the proof is of another list"
    leaf = x509.load_der_x509_certificate(base64.b64decode(proof["chain"][0]))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [predicate["list"]["spiffeId"]]
    signed, signature, key = b"carnet key binding v1\0" + list_digest, base64.b64decode(proof["signature"]), leaf.public_key()
    match proof["algorithm"]:
        case "ecdsa-p256-sha256":
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        case "ed25519":
            key.verify(signature, signed)
        case "rsa-pss-sha256":
            key.verify(signature, signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        case other:
            raise AssertionError(f"an algorithm that the specification does not name: {other}")


def check_change(work: pathlib.Path, name: str, statement: dict) -> None:
    """The blob has the text of the policy or trust that the entry names."""
    subject = name.removesuffix("-change")
    assert statement["subject"][0]["name"] == subject, f"{name} about {statement['subject']}"
    text = blob(work, statement["subject"][0]["digest"]["sha256"]).decode()
    assert text.startswith(f"carnet-{subject} v") and text.endswith("\n"), f"{name} names another text: {text[:80]!r}"
    assert set(statement["predicate"]) - {"previous"} == {"daemon", "origin", "time"}, f"{name} says {statement['predicate']}"


def check_in_force(found: dict, daemons: set[str]) -> None:
    """Every daemon has said which policy and trust are in force, in one chain each; intents name a policy that was."""
    said: dict[tuple[str, str], list[dict]] = {}
    for _, statement in found.values():
        said.setdefault((statement["predicate"]["daemon"], name_of(statement)), []).append(statement)
    for daemon in daemons:
        for name in ("policy-change", "trust-change"):
            chain = said.get((daemon, name), [])
            first = [statement for statement in chain if "previous" not in statement["predicate"]]
            assert len(first) == 1, f"{len(first)} first {name} entries of {daemon}"
            digests = {statement["subject"][0]["digest"]["sha256"] for statement in chain}
            assert all(statement["predicate"].get("previous", next(iter(digests))) in digests for statement in chain)
            if name == "policy-change":
                for intent in said.get((daemon, "transfer-intent"), []) + said.get((daemon, "transfer-resumed"), []):
                    assert intent["predicate"]["policy"] in digests, f"{daemon} acted by a policy that is not on record"
                for refusal in said.get((daemon, "refusal"), []):
                    assert refusal["subject"][0]["digest"]["sha256"] in digests, f"{daemon} refused by an unknown policy"


def refuses_changed(keys: Keys, envelope: dict) -> None:
    """The check itself can fail: one changed letter in the payload, and no signature stands."""
    payload = base64.b64decode(envelope["payload"]).replace(b"carnet.dev", b"carnet.dew", 1)
    changed = dict(envelope, payload=base64.b64encode(payload).decode())
    try:
        keys.verify(changed)
    except (VerificationError, InvalidSignature):
        return
    raise AssertionError("a changed payload verified")


def main() -> None:
    work, demo = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
    places = envelopes(work)
    found = {raw: check_form(raw) for raw in places}

    keys, daemons = Keys(), set()
    for envelope, statement in found.values():
        if name_of(statement) == "key-binding":
            for spki in statement["predicate"]["list"]["keys"]["entry"].values():
                keys.add(spki)
            check_key_proof(work, statement)
            daemons.add(statement["predicate"]["list"]["spiffeId"])
    assert len(daemons) == 2, f"key bindings of {daemons}, not of two daemons"

    counts: dict[str, int] = {}
    for raw, (envelope, statement) in found.items():
        name = name_of(statement)
        signatures = keys.verify(envelope)
        refuses_changed(keys, envelope)
        if name in ("policy-change", "trust-change"):
            check_change(work, name, statement)
        # the receiver's half of a receipt may lie in its state, never in a journal or beside a checkpoint
        assert signatures == SIGNATURES.get(name, 1), f"{name} with {signatures} signatures in {places[raw]}"
        counts[name] = counts.get(name, 0) + 1

    check_in_force(found, daemons)
    receipts = [raw for raw, (_, statement) in found.items() if name_of(statement) == "transfer-receipt"]
    assert len(receipts) == 1, f"{len(receipts)} different receipts of one transfer"
    journals = {path.parent for path in places[receipts[0]] if path.suffix == ".cq4"}
    assert len(journals) == 2, "the receipt does not stand, byte for byte, in both journals"
    assert pathlib.Path(demo["receipt"]).read_bytes() == receipts[0], "the receipt shown is not the receipt logged"
    tree = found[receipts[0]][1]["subject"][0]["digest"]["sha256"]
    assert tree == demo["tree_digest"], "the receipt is about another tree"
    for name, count in (("seal", 1), ("possession", 1), ("transfer-intent", 2)):
        assert counts.get(name) == count, f"{counts.get(name, 0)} of {name}, expected {count}"
    print(f"{sum(counts.values())} envelopes verify: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
