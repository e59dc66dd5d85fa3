#!/usr/bin/env python3
"""Writes statements.json, envelopes.json and bindings.json from SPEC.md, sections 10 and 11, without any code of the implementation.

Needs: pip install dilithium-py==1.4.0 cryptography==50.0.2 (any cryptography that signs ECDSA deterministically will do).
All keys come from fixed seeds and all signatures are deterministic, so that a second run writes the same bytes.
"""

import base64
import copy
import datetime
import hashlib
import importlib.util
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from dilithium_py.ml_dsa import ML_DSA_44

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("canonical", HERE.parent / "json" / "generate.py")
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)
canonical = MODULE.canonical

TYPE = "application/vnd.in-toto+json"
SOURCE = "spiffe://east.example/carnet/node-1"
DESTINATION = "spiffe://west.example/carnet/node-7"
SOURCE_ORIGIN = "ledger.east.example/node-1"
DESTINATION_ORIGIN = "ledger.west.example/node-7"


def b64(b: bytes) -> str:
    return base64.b64encode(b).decode()


def sha(b) -> str:
    return hashlib.sha256(b if isinstance(b, bytes) else b.encode()).hexdigest()


def time(second, milli=0):
    return f"2026-01-31T23:59:{second:02d}.{milli:03d}Z"


# ---- keys ----------------------------------------------------------------------------------------------------------------------------


class Ed25519:
    def __init__(self, label):
        self.key = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(label.encode()).digest())
        raw = self.key.public_key().public_bytes_raw()
        self.spki = bytes.fromhex("302a300506032b6570032100") + raw

    def sign(self, message):
        return self.key.sign(message)


class MlDsa44:
    def __init__(self, label):
        raw, self.key = ML_DSA_44.key_derive(hashlib.sha256(label.encode()).digest())
        self.spki = bytes.fromhex("30820532300b06096086480165030403110382052100") + raw

    def sign(self, message):
        return ML_DSA_44.sign(self.key, message, deterministic=True)


class P256:
    def __init__(self, label):
        secret = int.from_bytes(hashlib.sha256(label.encode()).digest(), "big") % (2**255)
        self.key = ec.derive_private_key(secret, ec.SECP256R1())
        self.spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message):
        return self.key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def prime(label, bits):
    """The first prime from a seeded odd number on, by Fermat's test to a few bases: these are vectors, not secrets."""
    n = int.from_bytes(hashlib.shake_256(label.encode()).digest(bits // 8), "big") | 3 << (bits - 2) | 1
    while any(pow(a, n - 1, n) != 1 for a in (2, 3, 5, 7)) or n % 65537 == 1:
        n += 2
    return n


class Rsa:
    def __init__(self, label, bits):
        self.p, self.q = prime(label + " p", bits // 2), prime(label + " q", bits // 2)
        self.bits, self.d = bits, pow(65537, -1, (self.p - 1) * (self.q - 1))
        public = rsa.RSAPublicNumbers(65537, self.p * self.q)
        self.key = self
        self.public = public.public_key()

    def public_key(self):
        return self.public

    def sign(self, message, salt=bytes(range(32))):
        """RSASSA-PSS (RFC 8017) with SHA-256, MGF1 with SHA-256, and a salt that is always the same."""
        em_bytes = (self.bits - 1 + 7) // 8
        h = hashlib.sha256(bytes(8) + hashlib.sha256(message).digest() + salt).digest()
        db = bytes(em_bytes - len(salt) - 32 - 2) + b"\x01" + salt
        mask = b"".join(hashlib.sha256(h + n.to_bytes(4, "big")).digest() for n in range(len(db) // 32 + 1))
        masked = bytes(a ^ b for a, b in zip(db, mask))
        em = bytes([masked[0] & 0x7F]) + masked[1:] + h + b"\xbc"
        return pow(int.from_bytes(em, "big"), self.d, self.p * self.q).to_bytes(self.bits // 8, "big")


class Keys:
    """All of a daemon's long-lived keys."""

    def __init__(self, label):
        self.pairs = {p: (Ed25519(f"{label} {p} ed25519"), MlDsa44(f"{label} {p} mldsa44")) for p in ("entry", "log", "witness")}
        self.manifest = P256(f"{label} manifest")

    def entry(self):
        return self.pairs["entry"]

    def ids(self):
        return [sha(k.spki) for k in self.entry()]

    def members(self):
        pairs = {p: {"ed25519": b64(a.spki), "mldsa44": b64(b.spki)} for p, (a, b) in self.pairs.items()}
        return {**pairs, "manifest": {"p256": b64(self.manifest.spki)}}


OLD, NEW, PEER = Keys("source, first"), Keys("source, second"), Keys("destination")


# ---- statements ----------------------------------------------------------------------------------------------------------------------

PREDICATES = {}


def statement(predicate, subject, digest, members):
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": subject, "digest": {"sha256": digest}}],
        "predicateType": f"https://carnet.dev/{predicate}/v1",
        "predicate": members,
    }


def common(role, second, **members):
    ends = [(SOURCE, SOURCE_ORIGIN), (DESTINATION, DESTINATION_ORIGIN)]
    mine, other = ends if role == "source" else reversed(ends)
    about = {"transfer": TRANSFER, "role": role, "peer": other[0]}
    return {"daemon": mine[0], "origin": mine[1], "time": time(second), **about, **members}


TRANSFER = sha("transfer")[:32]
CHECKPOINT = sha("checkpoint")[:32]
OFFER = sha("offer")
TREE = sha("tree")
CONTENT = sha("content")
NAME = "run-12/step 5000 \u00e9\U0001f600 \"q\""
PLACE = {"volume": "models", "name": NAME}


def key_list(keys, previous=""):
    return {"spiffeId": SOURCE, "origin": SOURCE_ORIGIN, "previous": previous, "keys": keys.members()}


def key_binding(listed, proof):
    members = {"daemon": SOURCE, "origin": SOURCE_ORIGIN, "time": time(0), "list": listed, "proof": sha(proof)}
    return statement("key-binding", SOURCE, sha(canonical(listed)), members)


def intent(role, **more):
    members = dict(
        checkpoint=CHECKPOINT,
        mode="open",
        direction="push",
        members=7,
        logicalBytesMax="9223372036854775807",
        part={"index": 0, "of": 1},
        principal="trainer",
        rule="push from trainers",
        policy=sha("policy of " + role),
        peerOrigin=SOURCE_ORIGIN if role == "destination" else DESTINATION_ORIGIN,
        **PLACE,
    )
    return statement(
        "transfer-intent", "offer", OFFER, common(role, 1 if role == "destination" else 2, **{**members, **more})
    )


INTENT_D = intent("destination")
INTENT_S = intent("source", peerIntent=sha(canonical(INTENT_D)))


SEALED = {"mode": "sealed", "tree": TREE}
PULL = {**SEALED, "direction": "pull", "request": sha("request")}
WHOLE = sha("tree of the whole")


def totals(**more):
    return {"content": CONTENT, "files": 5, "directories": 2, "logicalBytes": "9007199254740993", **more}


SEAL = statement(
    "seal",
    "tree",
    TREE,
    {
        "daemon": SOURCE,
        "origin": SOURCE_ORIGIN,
        "time": time(30, 1),
        "transfer": TRANSFER,
        "offer": OFFER,
        "checkpoint": CHECKPOINT,
        "source": {"id": SOURCE, "origin": SOURCE_ORIGIN},
        "destination": {"id": DESTINATION, "origin": DESTINATION_ORIGIN, **PLACE},
        **totals(),
    },
)
SEAL_OF_A_PART = statement("seal", "tree", TREE, {**SEAL["predicate"], "partOf": WHOLE})
POSSESSION_MEMBERS = totals(state="publishing", seal=sha(canonical(SEAL)), **PLACE)
del POSSESSION_MEMBERS["directories"]
POSSESSION = statement("possession", "tree", TREE, common("destination", 31, **POSSESSION_MEMBERS))


def alone(second, /, **members):
    """What is about no transfer."""
    return {"daemon": DESTINATION, "origin": DESTINATION_ORIGIN, "time": time(second), **members}


HELD = {k: v for k, v in POSSESSION_MEMBERS.items() if k not in ("seal", "state")}
VERIFIED = statement("possession", "tree", TREE, alone(45, state="verified", **HELD))
VERIFIED_FOR = statement(
    "possession", "tree", TREE, alone(45, state="verified", request=sha("question")[:32], asker=SOURCE, **HELD)
)
ADOPTED = statement("possession", "tree", TREE, alone(45, state="adopted", partOf=WHOLE, **HELD))


def refusal(**members):
    facts = {"code": "POLICY", "reason": "no rule", "count": 3, "from": time(1), "to": time(2, 5)}
    return statement("refusal", "policy", sha("policy"), alone(46, **{**facts, **members}))


RESUMED = statement(
    "transfer-resumed",
    "offer",
    OFFER,
    common(
        "source",
        20,
        changed=["keys", "policy"],
        session=sha("session 3")[:32],
        policy=sha("policy now"),
        rule="another rule",
        peerBinding=sha("binding"),
    ),
)


def session(number, **more):
    return {
        "id": sha(f"session {number}")[:32],
        "sourceKey": sha("leaf of the source"),
        "destinationKey": sha("leaf of the destination"),
        "group": "X25519MLKEM768",
        "suite": "TLS_AES_256_GCM_SHA384",
        "exporter": sha(f"exporter {number}"),
        "opened": time(number),
        **more,
    }


def receipt(sessions, **more):
    return statement(
        "transfer-receipt",
        "tree",
        TREE,
        {
            "daemon": DESTINATION,
            "origin": DESTINATION_ORIGIN,
            "time": time(32),
            "transfer": TRANSFER,
            "offer": OFFER,
            "checkpoint": CHECKPOINT,
            "wireBytes": "9007199254742001",
            "resentBytes": "0",
            "source": {
                "id": SOURCE,
                "origin": SOURCE_ORIGIN,
                "intent": sha(canonical(INTENT_S)),
                "seal": sha(canonical(SEAL)),
                "entryKeys": OLD.ids(),
                "time": time(30, 1),
            },
            "destination": {
                "id": DESTINATION,
                "origin": DESTINATION_ORIGIN,
                "intent": sha(canonical(INTENT_D)),
                "possession": sha(canonical(POSSESSION)),
                "entryKeys": PEER.ids(),
                "time": time(31),
                **PLACE,
            },
            "sessions": sessions,
            **totals(),
            **more,
        },
    )


RECEIPT = receipt([session(3, closed=time(9)), session(10)])
ENDS = ("source", "destination")
RECEIPT_LOGS = receipt([], **{end: {**RECEIPT["predicate"][end], "logSize": 7 + len(end), "root": sha(f"root of {end}")} for end in ENDS})
MORE = [session(n, closed=time(n)) for n in range(9)]
RECEIPT_MORE = receipt(MORE[:8], sessionsMore=sha(canonical(MORE[8:])))


def abort(role, code, reason, exposed):
    chunks = b"carnet-chunks v1\n" if exposed == "0" else CHUNKS
    return statement(
        "transfer-abort", "offer", OFFER, common(role, 40, code=code, reason=reason, exposedBytesMax=exposed, chunks=sha(chunks))
    )


INTENDED = {k: v for k, v in HELD.items() if k != "partOf"} | dict(principal="trainer", grant="trainers", policy=sha("policy"))
DESTRUCTION_INTENT = statement("destruction-intent", "tree", TREE, common("destination", 51, **INTENDED))
DESTRUCTION = statement(
    "destruction", "tree", TREE, common("destination", 52, intent=sha(canonical(DESTRUCTION_INTENT)), **PLACE)
)


def started(stopped):
    return statement("daemon-start", "software", sha("a jar"), alone(0, version="carnet 0.1.0", stopped=stopped))


def pending(role, **more):
    facts = dict(checkpoint=CHECKPOINT, offer=OFFER, content=CONTENT, seal=sha(canonical(SEAL)), since=time(31, 5), **PLACE)
    return statement("receipt-pending", "tree", TREE, common(role, 55, **facts, **more))


CHUNKS = f"carnet-chunks v1\n2 0 {sha('cv 0')}\n2 1 {sha('cv 1')}\n10 0 {sha('cv 2')}\n999999 2147483647 {sha('cv 3')}\n".encode()

LIST = key_list(OLD)
STATEMENTS = {
    "key-binding": key_binding(LIST, b"a proof"),
    "transfer-intent of a destination": INTENT_D,
    "transfer-intent of a source": INTENT_S,
    "transfer-intent in sealed mode": intent("source", peerIntent=OFFER, grant="trainers", labels={"run": "twelve", "a.b_c-1": "\u00e9"}, **SEALED),
    "transfer-intent of a pull": intent("destination", grant="operators", **PULL),
    "transfer-intent of a pull of a part": intent("destination", partOf=WHOLE, **PULL),
    "seal": SEAL,
    "seal of a part": SEAL_OF_A_PART,
    "possession": POSSESSION,
    "possession of a part": statement("possession", "tree", TREE, {**POSSESSION["predicate"], "partOf": WHOLE}),
    "possession, verified": VERIFIED,
    "possession, verified for a peer": VERIFIED_FOR,
    "possession, adopted": ADOPTED,
    "transfer-receipt": RECEIPT,
    "transfer-receipt of a part": receipt([], partOf=WHOLE),
    "transfer-receipt with no session": receipt([]),
    "transfer-receipt with more sessions": RECEIPT_MORE,
    "transfer-receipt with both logs": RECEIPT_LOGS,
    "transfer-abort of a source": abort("source", "CANCELLED", "an operator cancelled", "9223372036854775807"),
    "transfer-abort of a destination": abort("destination", "EXPIRED", "nothing came for 14 days\n", "0"),
    "staging-destroyed": statement("staging-destroyed", "offer", OFFER, common("destination", 41, **PLACE)),
    "possession-released": statement(
        "possession-released", "tree", TREE, common("destination", 50, reason="found missing", **PLACE)
    ),
    "possession-released of what was adopted": statement(
        "possession-released", "tree", TREE, alone(50, reason="found missing", **PLACE)
    ),
    "transfer-resumed": RESUMED,
    "transfer-resumed of a destination": statement(
        "transfer-resumed", "offer", OFFER, common("destination", 20, **{k: RESUMED["predicate"][k] for k in ("session", "policy", "rule", "peerBinding")}, changed=["policy"])
    ),
    "refusal of a peer": refusal(peer=SOURCE, volume="models"),
    "refusal of a caller": refusal(principal="trainer", count=1, to=time(1)),
    "policy-change, the first": statement("policy-change", "policy", sha("policy"), alone(0)),
    "policy-change": statement("policy-change", "policy", sha("policy"), alone(47, previous=sha("policy before"))),
    "trust-change, the first": statement("trust-change", "trust", sha("trust"), alone(0)),
    "trust-change": statement("trust-change", "trust", sha("trust"), alone(47, previous=sha("trust before"))),
    "daemon-start, the first": started("first"),
    "daemon-start after a stop": started("clean"),
    "daemon-start after a crash": started("unclean"),
    "destruction-intent": DESTRUCTION_INTENT,
    "destruction-intent of what was adopted": statement("destruction-intent", "tree", TREE, alone(51, **INTENDED)),
    "destruction": DESTRUCTION,
    "destruction of what was adopted": statement("destruction", "tree", TREE, alone(52, intent=sha("intent"), **PLACE)),
    "receipt-pending of a source": pending("source"),
    "receipt-pending of a destination": pending("destination", possession=sha(canonical(POSSESSION)), receipt=sha(canonical(RECEIPT))),
}


def edited(name, path, value):
    """A copy of a statement with one value replaced (or, with None, removed)."""
    s = copy.deepcopy(STATEMENTS[name])
    at = s
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return canonical(s)


def predicate(name, member, value):
    return edited(name, ["predicate", member], value)


R = "transfer-receipt"
I = "transfer-intent of a source"
A = "transfer-abort of a source"
INVALID_STATEMENTS = {
    "another _type": edited("seal", ["_type"], "https://in-toto.io/Statement/v0.1"),
    "an unknown predicate": edited("seal", ["predicateType"], "https://carnet.dev/rumour/v1"),
    "a later version of a predicate": edited("seal", ["predicateType"], "https://carnet.dev/seal/v2"),
    "the predicate of another type": edited("seal", ["predicateType"], "https://carnet.dev/possession/v1"),
    "no subject": edited("seal", ["subject"], []),
    "two subjects": edited("seal", ["subject"], STATEMENTS["seal"]["subject"] * 2),
    "a subject of another name": edited("seal", ["subject", 0, "name"], "offer"),
    "a subject with two digests": edited("seal", ["subject", 0, "digest"], {"sha256": TREE, "sha512": TREE}),
    "a subject with a digest in upper case": edited("seal", ["subject", 0, "digest", "sha256"], TREE.upper()),
    "a subject with a uri": edited("seal", ["subject", 0, "uri"], "x"),
    "a member of the statement too many": edited("seal", ["note"], "x"),
    "a member of the predicate too many": predicate("seal", "note", "x"),
    "a root where none belongs": predicate(R, "root", TREE),
    "a part of what is no digest": predicate("seal of a part", "partOf", "whole"),
    "a member too few": predicate("seal", "content", None),
    "white space": json.dumps(SEAL, sort_keys=True).encode(),
    "a fraction of a file": canonical(SEAL).replace(b'"files":5', b'"files":5.0'),
    "a member as null": canonical(SEAL).replace(b'"files":5', b'"files":null'),
    "files as a string": predicate("seal", "files", "5"),
    "bytes as a number": predicate("seal", "logicalBytes", 9007199254740991),
    "bytes with a leading zero": predicate("seal", "logicalBytes", "07"),
    "bytes with a sign": predicate("seal", "logicalBytes", "+7"),
    "negative bytes": predicate("seal", "logicalBytes", "-1"),
    "bytes from 2^63 on": predicate("seal", "logicalBytes", "9223372036854775808"),
    "bytes in digits of another script": predicate("seal", "logicalBytes", "\u0667"),
    "negative files": predicate("seal", "files", -1),
    "more members than there may be": predicate("seal", "files", 999_999),
    "no member at all": edited("seal", ["predicate", "directories"], 0).replace(b'"files":5', b'"files":0'),
    "an id that is too short": predicate("seal", "transfer", TRANSFER[1:]),
    "an id with a hyphen": predicate("seal", "transfer", "-" + TRANSFER[1:]),
    "a digest that is no hex": predicate("seal", "content", "g" * 64),
    "a time without milliseconds": predicate("seal", "time", "2026-01-31T23:59:30Z"),
    "a time with microseconds": predicate("seal", "time", "2026-01-31T23:59:30.000001Z"),
    "a time with an offset": predicate("seal", "time", "2026-01-31T23:59:30.000+00:00"),
    "a time in lower case": predicate("seal", "time", "2026-01-31t23:59:30.000z"),
    "a day that is not": predicate("seal", "time", "2026-02-30T23:59:30.000Z"),
    "an hour 24": predicate("seal", "time", "2026-01-31T24:00:00.000Z"),
    "a leap second": predicate("seal", "time", "2026-01-31T23:59:60.000Z"),
    "a time before 1970": predicate("seal", "time", "1969-12-31T23:59:59.999Z"),
    "a year of five digits": predicate("seal", "time", "+10000-01-01T00:00:00.000Z"),
    "a daemon that is no SPIFFE ID": predicate("seal", "daemon", "https://east.example/node-1"),
    "a SPIFFE ID without a path": predicate(I, "peer", "spiffe://east.example"),
    "a SPIFFE ID that ends in a slash": predicate(I, "peer", DESTINATION + "/"),
    "a SPIFFE ID with an upper-case trust domain": predicate(I, "peer", "spiffe://West.example/a"),
    "a SPIFFE ID with dots": predicate(I, "peer", "spiffe://west.example/a/../b"),
    "a SPIFFE ID with a query": predicate(I, "peer", DESTINATION + "?a"),
    "a SPIFFE ID that is too long": predicate(I, "peer", "spiffe://west.example/" + "a" * 2048),
    "a daemon that is its own peer": predicate(I, "peer", SOURCE),
    "an origin with a space": predicate(I, "peerOrigin", "ledger west"),
    "an origin with a plus": predicate(I, "peerOrigin", "ledger+west"),
    "an origin that is too long": predicate(I, "peerOrigin", "o" * 256),
    "a seal by another than its source": edited("seal", ["predicate", "source", "id"], "spiffe://east.example/carnet/node-2"),
    "a seal from another ledger": edited("seal", ["predicate", "source", "origin"], "ledger.east.example/node-2"),
    "a seal for its own source": edited("seal", ["predicate", "destination", "id"], SOURCE),
    "a role that is none": predicate(I, "role", "witness"),
    "a mode that is none": predicate(I, "mode", "ajar"),
    "a direction that is none": predicate(I, "direction", "sideways"),
    "sealed mode without a tree": predicate(I, "mode", "sealed"),
    "open mode with a tree": predicate(I, "tree", TREE),
    "open mode of a part": predicate(I, "partOf", TREE),
    "a pull in open mode": edited(I, ["predicate", "direction"], "pull"),
    "a pull without its request": predicate("transfer-intent of a pull", "request", None),
    "a push with a request": predicate("transfer-intent in sealed mode", "request", OFFER),
    "no labels, written out": predicate(I, "labels", {}),
    "a label in capitals": predicate(I, "labels", {"Run": "1"}),
    "a label without a value": predicate(I, "labels", {"run": ""}),
    "a label of two lines": predicate(I, "labels", {"run": "a\nb"}),
    "a label with one of C1": predicate(I, "labels", {"run": "a\u009bb"}),
    "a label that turns text round": predicate(I, "labels", {"run": "a\u202eb"}),
    "a label that is a number": predicate(I, "labels", {"run": 1}),
    "more labels than there may be": predicate(I, "labels", {f"k{n}": "v" for n in range(17)}),
    "an empty grant": predicate(I, "grant", ""),
    "a possession about to be published by nobody": edited("possession, adopted", ["predicate", "state"], "publishing"),
    "a possession about to be published without a seal": predicate("possession", "seal", None),
    "a possession that a source says": predicate("possession", "role", "source"),
    "an adopted possession with a seal": predicate("possession, adopted", "seal", OFFER),
    "an adopted possession that somebody asked for": edited("possession, verified for a peer", ["predicate", "state"], "adopted"),
    "a verified possession with a transfer": edited("possession", ["predicate", "state"], "verified"),
    "a question of nobody": predicate("possession, verified for a peer", "asker", None),
    "a question without an id": predicate("possession, verified for a peer", "request", None),
    "a question of oneself": predicate("possession, verified for a peer", "asker", DESTINATION),
    "half a transfer": predicate("possession-released", "peer", None),
    "a transfer resumed without a change": predicate("transfer-resumed", "changed", []),
    "a change twice": predicate("transfer-resumed", "changed", ["keys", "keys"]),
    "changes in another order": predicate("transfer-resumed", "changed", ["policy", "keys"]),
    "a change that is none": predicate("transfer-resumed", "changed", ["mood"]),
    "a refusal of nobody": predicate("refusal of a peer", "peer", None),
    "a refusal of two": predicate("refusal of a peer", "principal", "trainer"),
    "a refusal that never was": predicate("refusal of a peer", "count", 0),
    "a refusal that ends before it began": predicate("refusal of a peer", "to", time(0)),
    "a refusal with a code that is none": predicate("refusal of a peer", "code", "CODE_UNSPECIFIED"),
    "a change of policy to the same": predicate("policy-change", "previous", sha("policy")),
    "a change of trust to the same": predicate("trust-change", "previous", sha("trust")),
    "a source that names no intent of its peer": predicate(I, "peerIntent", None),
    "a destination that names one": predicate("transfer-intent of a destination", "peerIntent", OFFER),
    "a part beyond the last": predicate(I, "part", {"index": 1, "of": 1}),
    "a part of none": predicate(I, "part", {"index": 0, "of": 0}),
    "no members": predicate(I, "members", 0),
    "an empty principal": predicate(I, "principal", ""),
    "a principal with the first of C1": predicate(I, "principal", "a\u0080b"),
    "a principal with the last of C1": predicate(I, "principal", "a\u009fb"),
    "a principal that turns text round": predicate(I, "principal", "a\u202eb"),
    "a principal that isolates text": predicate(I, "principal", "a\u2069b"),
    "a principal with a separator of lines": predicate(I, "principal", "a\u2028b"),
    "a refused principal with one of C1": predicate("refusal of a caller", "principal", "a\u0085b"),
    "a principal that is too long": predicate(I, "principal", "\u00e9" * 129),
    "a rule with a newline": predicate(I, "rule", "a\nb"),
    "a volume in upper case": predicate(I, "volume", "Models"),
    "a volume that begins with a point": predicate(I, "volume", ".models"),
    "a volume that is too long": predicate(I, "volume", "v" * 65),
    "an absolute name": predicate(I, "name", "/run"),
    "a name with two points": predicate(I, "name", "run/../x"),
    "a name that is a point": predicate(I, "name", "."),
    "a name with a control character": predicate(I, "name", "run\t1"),
    "a name in .carnet": predicate(I, "name", ".carnet/x"),
    "a name that is too long": predicate(I, "name", "n/" * 199 + "\u00e9\u00e9"),
    "a possession by a source": predicate("possession", "role", "source"),
    "a possession in another state": predicate("possession", "state", "published"),
    "a staging destroyed by a source": predicate("staging-destroyed", "role", "source"),
    "a possession released by a source": predicate("possession-released", "role", "source"),
    "an empty reason": predicate(A, "reason", ""),
    "a reason that is too long": predicate(A, "reason", "r" * 1025),
    "a code that is none": predicate(A, "code", "OOPS"),
    "a code that means nothing": predicate(A, "code", "CODE_UNSPECIFIED"),
    "a receipt by another than its destination": predicate(R, "daemon", "spiffe://west.example/carnet/node-8"),
    "a receipt with its tree twice": predicate(R, "tree", TREE),
    "a receipt with one entry key": edited(R, ["predicate", "source", "entryKeys"], OLD.ids()[:1]),
    "a receipt with three entry keys": edited(R, ["predicate", "source", "entryKeys"], OLD.ids() + PEER.ids()[:1]),
    "a receipt with an entry key that is no id": edited(R, ["predicate", "source", "entryKeys"], ["a", "b"]),
    "a receipt with the size of a log alone": edited(R, ["predicate", "source", "logSize"], 7),
    "a receipt with the root of a log alone": edited(R, ["predicate", "destination", "root"], TREE),
    "a receipt with a log of no entries": edited("transfer-receipt with both logs", ["predicate", "source", "logSize"], 0),
    "a start after a stop that is none": predicate("daemon-start, the first", "stopped", "gently"),
    "a start of no version": predicate("daemon-start, the first", "version", ""),
    "a start with a peer": predicate("daemon-start, the first", "peer", SOURCE),
    "a destruction that a source intends": predicate("destruction-intent", "role", "source"),
    "a destruction that nobody asked for": predicate("destruction-intent", "principal", None),
    "a destruction that nobody might ask for": predicate("destruction-intent", "grant", None),
    "a destruction by a source": predicate("destruction", "role", "source"),
    "a destruction that nobody intended": predicate("destruction", "intent", None),
    "a source that has a possession": predicate("receipt-pending of a source", "possession", OFFER),
    "a source that has signed a receipt": predicate("receipt-pending of a source", "receipt", OFFER),
    "a destination that waits without a possession": predicate("receipt-pending of a destination", "possession", None),
    "a destination that waits and has not signed": predicate("receipt-pending of a destination", "receipt", None),
    "a receipt with a session twice": predicate(R, "sessions", [session(3), session(3)]),
    "a receipt with sessions out of order": predicate(R, "sessions", [session(10), session(3)]),
    "a receipt with a session too many": predicate(R, "sessions", MORE),
    "a receipt with more sessions beside a few": predicate(R, "sessionsMore", OFFER),
    "a receipt with an empty digest of more sessions": predicate(R, "sessionsMore", ""),
    "a session with a group that is no name": predicate(R, "sessions", [session(3, group="X25519 MLKEM768")]),
    "a session closed at no time": predicate(R, "sessions", [session(3, closed="")]),
    "a session with a member too many": predicate(R, "sessions", [session(3, note="x")]),
    "a binding of another daemon's list": edited("key-binding", ["predicate", "list", "spiffeId"], DESTINATION),
    "a binding of another ledger's list": edited("key-binding", ["predicate", "list", "origin"], DESTINATION_ORIGIN),
    "a binding whose subject is not the list": edited("key-binding", ["subject", 0, "digest", "sha256"], OFFER),
    "a binding whose subject is somebody else": edited("key-binding", ["subject", 0, "name"], DESTINATION),
    "a binding with a key of another kind": edited(
        "key-binding", ["predicate", "list", "keys", "entry", "ed25519"], b64(OLD.manifest.spki)
    ),
    "a binding with a key of small order": edited(
        "key-binding",
        ["predicate", "list", "keys", "log", "ed25519"],
        b64(OLD.entry()[0].spki[:12] + bytes([1] + [0] * 31)),
    ),
    "a binding with a point beside the curve": edited(
        "key-binding",
        ["predicate", "list", "keys", "manifest", "p256"],
        b64(OLD.manifest.spki[:-1] + bytes([OLD.manifest.spki[-1] ^ 1])),
    ),
    "a binding with a key too many": edited("key-binding", ["predicate", "list", "keys", "tls"], "x"),
}


# ---- envelopes -----------------------------------------------------------------------------------------------------------------------


def pae(payload: bytes) -> bytes:
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def signature(key, payload):
    return {"keyid": sha(key.spki), "sig": b64(key.sign(pae(payload)))}


def envelope(payload, *keys):
    return raw_envelope(payload, sorted((signature(k, payload) for k in keys), key=lambda s: s["keyid"]))


def raw_envelope(payload, signatures, **more):
    return canonical({"payload": b64(payload), "payloadType": TYPE, "signatures": signatures, **more})


STAGING = canonical(STATEMENTS["staging-destroyed"])
ED, ML = PEER.entry()
ONE = signature(ED, STAGING)
ORDER = 2**252 + 27742317777372353535851937790883648493


def with_high_s(signed):
    """The same signature with s + L: it satisfies the equation, and RFC 8032 forbids it."""
    raw = base64.b64decode(signed["sig"])
    s = int.from_bytes(raw[32:], "little") + ORDER
    return {**signed, "sig": b64(raw[:32] + s.to_bytes(32, "little"))}


def flipped(signed):
    raw = bytearray(base64.b64decode(signed["sig"]))
    raw[-1 if len(raw) > 64 else 0] ^= 1
    return {**signed, "sig": b64(bytes(raw))}


def signatures(*signed):
    return sorted(signed, key=lambda s: s["keyid"])


RECEIPT_BYTES = canonical(RECEIPT)
VALID_ENVELOPES = {
    "signed with Ed25519 alone": (envelope(STAGING, ED), ["ed25519"]),
    "signed with both": (envelope(STAGING, ED, ML), ["ed25519", "both"]),
    "a receipt signed by two parties": (envelope(RECEIPT_BYTES, ED, ML, *OLD.entry()), ["ed25519", "both"]),
    "signed by somebody else": (envelope(STAGING, *OLD.entry()), []),
    "an Ed25519 signature with a bit flipped": (raw_envelope(STAGING, [flipped(ONE)]), []),
    "an Ed25519 signature with s beyond the order": (raw_envelope(STAGING, [with_high_s(ONE)]), []),
    "an Ed25519 signature with R of small order": (
        raw_envelope(STAGING, [{**ONE, "sig": b64(bytes([1]) + bytes(63))}]),
        [],
    ),
    "an Ed25519 signature that is too short": (raw_envelope(STAGING, [{**ONE, "sig": b64(bytes(63))}]), []),
    "the signature of another payload": (raw_envelope(STAGING, [signature(ED, canonical(SEAL))]), []),
    "a signature over the payload without its type": (
        raw_envelope(STAGING, [{**ONE, "sig": b64(ED.sign(STAGING))}]),
        [],
    ),
    "an ML-DSA-44 signature with a bit flipped": (
        raw_envelope(STAGING, signatures(ONE, flipped(signature(ML, STAGING)))),
        ["ed25519"],
    ),
    "an ML-DSA-44 signature with a context": (
        raw_envelope(
            STAGING,
            signatures(
                ONE,
                {"keyid": PEER.ids()[1], "sig": b64(ML_DSA_44.sign(ML.key, pae(STAGING), ctx=b"c", deterministic=True))},
            ),
        ),
        ["ed25519"],
    ),
    "ML-DSA-44 alone": (envelope(STAGING, ML), []),
}

GOOD = envelope(STAGING, ED, *OLD.entry()[:1])
TWO = json.loads(GOOD)["signatures"]
INVALID_ENVELOPES = {
    "nothing": b"",
    "an array": b"[]",
    "a newline at the end": GOOD + b"\n",
    "signatures out of order": raw_envelope(STAGING, TWO[::-1]),
    "a signature twice": raw_envelope(STAGING, [ONE, ONE]),
    "a key twice": raw_envelope(STAGING, [ONE, flipped(ONE)]),
    "no signatures": raw_envelope(STAGING, []),
    "five signatures": raw_envelope(STAGING, [{"keyid": f"{n}" * 64, "sig": b64(bytes(64))} for n in range(5)]),
    "a member too many": raw_envelope(STAGING, [ONE], note="x"),
    "a member of a signature too many": raw_envelope(STAGING, [{**ONE, "cert": "x"}]),
    "no keyid": raw_envelope(STAGING, [{"sig": ONE["sig"]}]),
    "an empty keyid": raw_envelope(STAGING, [{**ONE, "keyid": ""}]),
    "a keyid in upper case": raw_envelope(STAGING, [{**ONE, "keyid": ONE["keyid"].upper()}]),
    "an empty signature": raw_envelope(STAGING, [{**ONE, "sig": ""}]),
    "a signature that is too long": raw_envelope(STAGING, [{**ONE, "sig": b64(bytes(2421))}]),
    "another type": raw_envelope(STAGING, [ONE]).replace(TYPE.encode(), b"application/json"),
    "base64 without padding": raw_envelope(STAGING, [{**ONE, "sig": ONE["sig"].rstrip("=")}]),
    "base64 with bits left over": raw_envelope(STAGING, [{**ONE, "sig": ONE["sig"][:-3] + chr(ord(ONE["sig"][-3]) + 1) + "=="}]),
    "base64 of the URL alphabet": raw_envelope(STAGING, [{**ONE, "sig": b64(b"\xff" * 64).replace("/", "_")}]),
    "base64 with a newline": raw_envelope(STAGING, [{**ONE, "sig": ONE["sig"][:4] + "\n" + ONE["sig"][4:]}]),
    "a payload that is no string": canonical({"payload": {}, "payloadType": TYPE, "signatures": [ONE]}),
    "an escape that is not needed": GOOD.replace(b"payloadType", b"payload\\u0054ype"),
    "more than 32 KiB": raw_envelope(b" " * 24_577, [ONE]),
}


# ---- key bindings --------------------------------------------------------------------------------------------------------------------

DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def certificate(subject, key, issuer, issuer_key, serial, uris=(), ca=False):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.key.public_key())
        .serial_number(serial)
        .not_valid_before(DAY)
        .not_valid_after(DAY + datetime.timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
    )
    if uris:
        names = [x509.UniformResourceIdentifier(u) for u in uris]
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("node-1.east.example"), *names]), False)
    ecdsa = isinstance(issuer_key, P256)
    signed = builder.sign(issuer_key.key, hashes.SHA256() if ecdsa else None, ecdsa_deterministic=True if ecdsa else None)
    return signed.public_bytes(serialization.Encoding.DER)


CA, LEAF_EC, LEAF_ED = P256("ca"), P256("leaf"), Ed25519("leaf")
LEAF_RSA, WEAK_RSA = Rsa("leaf rsa", 2048), Rsa("weak rsa", 1024)
ROOT = certificate("root", CA, "root", CA, 1, ca=True)


def leaf(key, *uris):
    return certificate("leaf", key, "root", CA, 2, uris or (SOURCE,))


def proof(listed, key, algorithm, chain, message=None, **how):
    signed = key.sign(b"carnet key binding v1\0" + hashlib.sha256(message or canonical(listed)).digest(), **how)
    return canonical(
        {"list": b64(canonical(listed)), "signature": b64(signed), "algorithm": algorithm, "chain": [b64(c) for c in chain]}
    )


def binding(listed, proof_bytes, *keys):
    payload = canonical(key_binding(listed, proof_bytes))
    return payload, envelope(payload, *keys)


PROOF = proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC), ROOT])
FIRST_PAYLOAD, FIRST = binding(LIST, PROOF, *OLD.entry())
NEXT_LIST = key_list(NEW, previous=sha(FIRST_PAYLOAD))
NEXT_PROOF = proof(NEXT_LIST, LEAF_ED, "ed25519", [leaf(LEAF_ED), ROOT])
NEXT_PAYLOAD, NEXT = binding(NEXT_LIST, NEXT_PROOF, *NEW.entry(), *OLD.entry())
_, NEXT_UNSIGNED = binding(NEXT_LIST, NEXT_PROOF, *NEW.entry())
OTHER_LIST = key_list(NEW)
OTHER_PROOF = proof(OTHER_LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC)])
_, OTHER = binding(OTHER_LIST, OTHER_PROOF, *NEW.entry(), *OLD.entry())


def broken(proof_bytes):
    return binding(LIST, proof_bytes, *OLD.entry())[1], proof_bytes


RSA_PROOF = proof(LIST, LEAF_RSA, "rsa-pss-sha256", [leaf(LEAF_RSA), ROOT])
VALID_BINDINGS = {
    "the first": (FIRST, PROOF),
    "the next, signed by both": (NEXT, NEXT_PROOF),
    "the next, not signed by the old keys": (NEXT_UNSIGNED, NEXT_PROOF),
    "another first, signed by the old keys": (OTHER, OTHER_PROOF),
}
VALID_BINDINGS["the first, with an RSA leaf"] = (binding(LIST, RSA_PROOF, *OLD.entry())[1], RSA_PROOF)
FOLLOWS = [["the first", "the first"], ["the first", "the next, signed by both"]]
INVALID_BINDINGS = {
    "signed with Ed25519 alone": (binding(LIST, PROOF, OLD.entry()[0])[1], PROOF),
    "signed by other keys than those in the list": (binding(LIST, PROOF, *PEER.entry())[1], PROOF),
    "another proof than the one named": (FIRST, NEXT_PROOF),
    "a proof of another list": broken(NEXT_PROOF),
    "a proof signed by another key": broken(proof(LIST, CA, "ecdsa-p256-sha256", [leaf(LEAF_EC), ROOT])),
    "a proof signed over another list": broken(
        proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC), ROOT], message=canonical(NEXT_LIST))
    ),
    "a proof with another algorithm than the key's": broken(proof(LIST, LEAF_EC, "ed25519", [leaf(LEAF_EC), ROOT])),
    "a proof with an algorithm that is none": broken(proof(LIST, LEAF_EC, "ecdsa-p384-sha384", [leaf(LEAF_EC), ROOT])),
    "a proof with a salt of another length": broken(
        proof(LIST, LEAF_RSA, "rsa-pss-sha256", [leaf(LEAF_RSA), ROOT], salt=bytes(20))
    ),
    "a proof by an RSA key of 1024 bits": broken(proof(LIST, WEAK_RSA, "rsa-pss-sha256", [leaf(WEAK_RSA), ROOT])),
    "a proof without certificates": broken(proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [])),
    "a proof with five certificates": broken(proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC)] + [ROOT] * 4)),
    "a certificate with a byte after it": broken(proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC) + b"\0"])),
    "a certificate that is none": broken(proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [b"certificate"])),
    "a leaf of somebody else": broken(proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC, DESTINATION), ROOT])),
    "a leaf with two URIs": broken(proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [leaf(LEAF_EC, SOURCE, DESTINATION), ROOT])),
    "a leaf without a URI": broken(
        proof(LIST, LEAF_EC, "ecdsa-p256-sha256", [certificate("leaf", LEAF_EC, "root", CA, 2), ROOT])
    ),
    "a proof with a space": broken(PROOF.replace(b'","', b'", "', 1)),
}


# ---- forks: two histories of the log of OLD ------------------------------------------------------------------------------------------


def mth(leaves):
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def consistency(old, leaves, whole=True):
    """RFC 6962, section 2.1.2: SUBPROOF."""
    if old == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= k:
        return consistency(old, leaves[:k], whole) + [mth(leaves[k:])]
    return consistency(old - k, leaves[k:], False) + [mth(leaves[:k])]


def proof_between(old, leaves):
    """With the earlier root before it, where the proof itself leaves it out."""
    seed = [mth(leaves[:old])] if old & (old - 1) == 0 else []
    return [h.hex() for h in seed + consistency(old, leaves)]


def line(name, type_, key, signed, value):
    raw = key.spki[12:] if type_ == 1 else key.spki[22:]
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([type_]) + raw).digest()[:4]
    return f"\u2014 {name} {b64(key_id + value + key.sign(signed))}\n"


def note(leaves, origin=SOURCE_ORIGIN, keys=OLD, root=None):
    root = root or mth(leaves)
    body = f"{origin}\n{len(leaves)}\n{b64(root)}\n"
    named, moment = bytes([len(origin)]) + origin.encode(), (1_769_903_940).to_bytes(8, "big")
    subtree = b"subtree/v1\n\0" + named + moment + named + bytes(8) + len(leaves).to_bytes(8, "big") + root
    ed, ml = keys.pairs["log"]
    return f"{body}\n{line(origin, 1, ed, body.encode(), b'')}{line(origin, 6, ml, subtree, moment)}"


def history(name, size):
    return [f"entry {n}{name if n >= 2 else ''}".encode() for n in range(size)]


def fork(first, second, proof=None, peer_origin=SOURCE_ORIGIN, binding=sha(FIRST_PAYLOAD), **more):
    more |= {} if proof is None else {"proof": proof}
    members = alone(58, peer=SOURCE, peerOrigin=peer_origin, binding=binding, first=first, second=second, **more)
    return statement("observed-fork", "fork", sha(first + second), members)


TO_7 = history("b", 7)
FIVE, FOUR, SEVEN = note(history("a", 5)), note(history("a", 4)), note(TO_7)
FORKS = {
    "observed-fork of one size": fork(FIVE, note(history("b", 5))),
    "observed-fork of two sizes": fork(FIVE, SEVEN, proof_between(5, TO_7)),
    "observed-fork from a power of two": fork(FOUR, SEVEN, proof_between(4, TO_7)),
}
BY_OTHERS = note(history("b", 5), keys=NEW)
OVER_A_CHANGE = {"observed-fork over a change of keys": fork(FIVE, BY_OTHERS, binding=sha(NEXT_PAYLOAD), firstBinding=sha(FIRST_PAYLOAD))}
STATEMENTS |= FORKS | OVER_A_CHANGE
UNPROVEN_FORKS = {
    "second signed by other keys": fork(FIVE, BY_OTHERS),
    "one line of second signed by other keys": fork(FIVE, note(history("b", 5)).rsplit("\u2014", 1)[0] + "\u2014" + BY_OTHERS.rsplit("\u2014", 1)[1]),
    "the signatures of first on second": fork(FIVE, note(history("b", 5)).split("\n\n")[0] + "\n\n" + FIVE.split("\n\n")[1]),
    "another binding": statement(
        "observed-fork",
        "fork",
        FORKS["observed-fork of one size"]["subject"][0]["digest"]["sha256"],
        {**FORKS["observed-fork of one size"]["predicate"], "binding": OFFER},
    ),
}
ELSEWHERE = note(history("b", 5), origin=DESTINATION_ORIGIN)
GROWN = history("a", 7)
INVALID_STATEMENTS |= {
    name: canonical(f)
    for name, f in {
        "a fork of one root": fork(FIVE, FIVE),
        "a fork of one root, signed twice": fork(FIVE, note(history("a", 5), keys=NEW)),
        "a fork of one size with a proof": fork(FIVE, note(history("b", 5)), [TREE]),
        "a fork that is none: the log has grown": fork(FIVE, note(GROWN), proof_between(5, GROWN)),
        "a fork that is none: the log has grown from a power of two": fork(FOUR, note(GROWN), proof_between(4, GROWN)),
        "a fork backwards": fork(SEVEN, FIVE, proof_between(5, TO_7)),
        "a fork without its proof": fork(FIVE, SEVEN),
        "a fork with an empty proof": fork(FIVE, SEVEN, []),
        "a fork with a proof of another root": fork(FIVE, SEVEN, proof_between(5, GROWN)),
        "a fork with a proof that is too short": fork(FIVE, SEVEN, proof_between(5, TO_7)[:-1]),
        "a fork with a proof that is too long": fork(FIVE, SEVEN, [*proof_between(5, TO_7), TREE]),
        "a fork from a power of two with the proof alone": fork(FOUR, SEVEN, proof_between(4, TO_7)[1:]),
        "a fork with a proof of 64 hashes": fork(FIVE, SEVEN, [TREE] * 64),
        "a fork with a proof in upper case": fork(FIVE, SEVEN, [h.upper() for h in proof_between(5, TO_7)]),
        "a fork from nothing": fork(note([], root=hashlib.sha256().digest()), SEVEN, [TREE]),
        "a fork of two logs": fork(FIVE, ELSEWHERE),
        "a fork of another log than it says": fork(FIVE, note(history("b", 5)), peer_origin=DESTINATION_ORIGIN),
        "a fork with one line": fork(FIVE, note(history("b", 5)).rsplit("\u2014", 1)[0]),
        "a fork with a cosignature": fork(FIVE, note(history("b", 5)) + line(SOURCE_ORIGIN + "/w", 4, OLD.pairs["witness"][0], b"", bytes(8))),
        "a fork with a line of another name": fork(FIVE, note(history("b", 5)).rsplit("\u2014", 1)[0] + "\u2014" + ELSEWHERE.rsplit("\u2014", 1)[1]),
        "a fork with an extension line": fork(FIVE, note(history("b", 5)).replace("\n\n", "\nmore\n\n")),
        "a fork of what is no log checkpoint": fork(FIVE, "five"),
        "a fork that names one binding twice": fork(FIVE, note(history("b", 5)), firstBinding=sha(FIRST_PAYLOAD)),
        "a fork with a first binding that is no digest": fork(FIVE, note(history("b", 5)), firstBinding="first"),
    }.items()
}
INVALID_STATEMENTS |= {
    "a fork of another subject": edited("observed-fork of one size", ["subject", 0, "digest", "sha256"], OFFER),
    "a fork of one's own log": predicate("observed-fork of one size", "peer", DESTINATION),
    "a fork with a role": predicate("observed-fork of one size", "role", "source"),
}


def main():
    statements = {
        "valid": [{"name": n, "payload": canonical(s).decode(), "sha256": sha(canonical(s))} for n, s in STATEMENTS.items()],
        "invalid": [{"name": n, "payload": p.decode()} for n, p in INVALID_STATEMENTS.items()],
        "chunks": {"text": CHUNKS.decode(), "sha256": sha(CHUNKS)},
        "forks": {
            "binding": "the first",
            "verify": list(FORKS),
            "others": [{"name": n, "payload": canonical(s).decode()} for n, s in UNPROVEN_FORKS.items()],
            "next": "the next, signed by both",
            "over": list(OVER_A_CHANGE),
        },
        "sessionsMore": {"text": canonical(MORE[8:]).decode(), "sha256": sha(canonical(MORE[8:]))},
    }
    envelopes = {
        "keys": {"ed25519": b64(ED.spki), "mldsa44": b64(ML.spki), "ids": PEER.ids()},
        "valid": [{"name": n, "base64": b64(e), "verifies": v} for n, (e, v) in VALID_ENVELOPES.items()],
        "invalid": [{"name": n, "base64": b64(e)} for n, e in INVALID_ENVELOPES.items()],
    }
    bindings = {
        "valid": [{"name": n, "binding": b64(b), "proof": b64(p)} for n, (b, p) in VALID_BINDINGS.items()],
        "follows": FOLLOWS,
        "invalid": [{"name": n, "binding": b64(b), "proof": b64(p)} for n, (b, p) in INVALID_BINDINGS.items()],
    }
    for name, content in (("statements", statements), ("envelopes", envelopes), ("bindings", bindings)):
        (HERE / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
