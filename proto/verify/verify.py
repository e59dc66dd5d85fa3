#!/usr/bin/env python3
"""verify.py LEDGER... [--trust FILE] [--custody]: verifies ledgers, and says what they say about copies.

A second opinion: written from SPEC.md and LEDGER.md in the folder above, and from nothing else. Prints findings,
`<kind> TAB <ledger>: <place> TAB <sentence>`, and a verdict for each ledger; with --custody the JSON of LEDGER.md section 6,
and the rest to stderr. Exits with 0: all verify and are vouched for; 3: one cannot be read; 5: one does not verify;
9: something is missing, or nobody vouches for it; 2: not called like that.
"""
import argparse, base64, hashlib, json, os, re, sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, BinaryIO
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU

ENTRY_MAX, PROOF_MAX, NOTE_MAX, TRUST_MAX, BUNDLE_MAX = 32_768, 24_576, 256 << 10, 4 << 20, 256 * (2 + 0xFFFF)

class Wrong(Exception):
    """Something is not as the text demands."""

REFUSED = (Wrong, ValueError, TypeError, AttributeError, RecursionError, InvalidSignature, UnsupportedAlgorithm,
           x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, x509.InvalidVersion)

def require(holds: object, sentence: str) -> None:
    if not holds:
        raise Wrong(sentence)

def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()

def b64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    require(base64.b64encode(raw).decode() == text, "base64 that is not in its one form")
    return raw

def canonical(value: Any) -> bytes:
    """RFC 8785 where names are ASCII: others stand in no table below."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def parse(raw: bytes) -> Any:
    """JSON in its one form: what is repeated, spaced or escaped needlessly does not come out as it went in."""
    value = json.loads(raw.decode())
    require(canonical(value) == raw, "JSON that is not canonical")
    return value

# ---- signatures

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ED_SPKI, ML_SPKI, P256_SPKI = map(bytes.fromhex, (
    "302a300506032b6570032100", "30820532300b06096086480165030403110382052100",
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004"))

def add(p: tuple[int, int], q: tuple[int, int]) -> tuple[int, int]:
    t = D * p[0] * q[0] * p[1] * q[1] % P
    return ((p[0] * q[1] + p[1] * q[0]) * pow(1 + t, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - t, -1, P) % P)

@cache
def prime_order(raw: bytes) -> bool:
    """Whether this is a canonically written point of Ed25519's prime-order group, and not its neutral element."""
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(xx, (P + 3) // 8, P)
    x = root if root * root % P == xx else root * pow(2, (P - 1) // 4, P) % P
    at, total = (P - x if x % 2 != sign else x, y), (0, 1)
    for bit in f"{ORDER:b}" if 1 < y < P and x * x % P == xx else "1":
        total = add(total, total) if bit == "0" else add(add(total, total), at)
    return total == (0, 1) and y != 1

def good_key(spki: bytes) -> bool:
    """Each kind of key has one encoding."""
    if spki.startswith(P256_SPKI) and len(spki) == 91:
        return bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), spki[26:]))
    return (spki.startswith(ML_SPKI) and len(spki) == 1334
            or spki.startswith(ED_SPKI) and len(spki) == 44 and prime_order(spki[12:]))

def verifies(spki: bytes, signature: bytes, message: bytes) -> bool:
    """Strict for a good key: R is compared with sB - hA, which is canonical and of prime order where the key is."""
    try:
        if spki.startswith(ML_SPKI):
            mldsa.MLDSA44PublicKey.from_public_bytes(spki[22:]).verify(signature, message)
        else:
            require(int.from_bytes(signature[32:], "little") < ORDER, "s is not below the order")
            ed25519.Ed25519PublicKey.from_public_bytes(spki[12:]).verify(signature, message)
        return True
    except REFUSED:
        return False

# ---- statements: SPEC section 11 as tables of `member:type`, `?` where it may be absent, `*` for an array

def text(pattern: str, most: int = 1 << 20) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, str) and re.fullmatch(pattern, v) is not None and len(v.encode()) <= most

def key(length: int) -> Callable[[Any], bool]:
    return lambda v: len(b64(v)) == length and good_key(b64(v))

PART = r"(?!\.{1,2}(?:/|\Z)|\.carnet(?:/|\Z))[^/\x00-\x1f\x7f]+"
CODES = """VERSION UNKNOWN_PEER PROTOCOL LIMIT TIMEOUT SHUTTING_DOWN REPLACED IDENTITY KEY_BINDING BUSY UNSUPPORTED POLICY
BAD_NAME NAME_TAKEN NAME_CONFLICT NO_SPACE READ_ONLY UNKNOWN_TRANSFER OFFER_MISMATCH CHUNK_MISMATCH FILE_MISMATCH STORAGE
TREE_MISMATCH SOURCE_CHANGED BAD_STATEMENT RECEIPT_MISMATCH CANCELLED EXPIRED NO_BEGIN TOO_LATE STOPPED BAD_SOURCE PAUSED
CRITICAL_EXTENSION UNKNOWN_CHECKPOINT INTERNAL""".split()
TYPES: dict[str, Callable[[Any], bool]] = {
    "id": text("[0-9a-f]{32}"), "digest": text("[0-9a-f]{64}"), "previous": text("([0-9a-f]{64})?"),
    "time": lambda v: v >= "1970" and v == datetime.fromisoformat(v[:-1]).isoformat("T", "milliseconds") + "Z",
    "count": lambda v: type(v) is int and 0 <= v <= 2**53, "code": lambda v: v in CODES, "any": lambda v: True,
    "bytes": lambda v: text("0|[1-9][0-9]{0,18}")(v) and int(v) < 2**63,
    "spiffe": text(r"spiffe://[a-z0-9._-]{1,255}(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._-]+)+", 2048),
    "origin": text("[!-*,-~]{1,255}"), "volume": text("[a-z0-9][a-z0-9._-]{0,63}"),
    "name": lambda v: text(f"{PART}(/{PART}){{0,63}}", 400)(v) and all(len(c.encode()) <= 255 for c in v.split("/")),
    "label": text(r"[^\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+", 256),
    "sentence": text("(?s:.)+", 1024), "registered": text("[A-Za-z0-9_-]{1,64}"), "note": text("(?s:.)+", NOTE_MAX),
    "labels": lambda v: 1 <= len(v) <= 16 and all(
        text("[a-z0-9][a-z0-9._-]{0,62}")(k) and TYPES["label"](e) for k, e in v.items()),
    "changed": lambda v: v in (["keys"], ["policy"], ["keys", "policy"]), "uri": text("[!-~]+", 2048),
    "base64": lambda v: bool(b64(v)), "signed": lambda v: 1 <= len(b64(v)) <= 2420, "ed25519": key(44), "mldsa44": key(1334),
    "pair": lambda v: type(v) is list and len(v) == 2 and all(map(TYPES["digest"], v)), "p256": key(91)}
ABOUT, MAYBE = "transfer:id role:source|destination peer:spiffe ", "transfer?:id role?:destination peer?:spiffe "
END, AT = "id:spiffe origin:origin ", "volume:volume name:name "
HELD, SIDE = "content:digest files:count logicalBytes:bytes ", END + "intent:digest entryKeys:pair time:time logSize?:count root?:digest "
WHOLE = HELD + "transfer:id offer:digest checkpoint:id directories:count partOf?:digest "
OBJECTS = {
    "part": "index:count of:count", "end": END, "place": END + AT, "giver": SIDE + "seal:digest",
    "taker": SIDE + AT + "possession:digest", "keys": "entry:two log:two witness:two manifest:one", "one": "p256:p256",
    "session": "id:id sourceKey:digest destinationKey:digest group:registered suite:registered exporter:digest "
    "opened:time closed?:time", "list": "spiffeId:spiffe origin:origin previous:previous keys:keys",
    "two": "ed25519:ed25519 mldsa44:mldsa44", "signature": "keyid:digest sig:signed",
    "subject": "name:uri digest:sha256", "sha256": "sha256:digest"}
PREDICATES = {
    "key-binding": ("", "list:list proof:digest"), "trust-change": ("trust", "previous?:digest"),
    "transfer-intent": ("offer", ABOUT + AT + "checkpoint:id mode:open|sealed direction:push|pull tree?:digest partOf?:digest "
        "request?:digest labels?:labels members:count logicalBytesMax:bytes part:part principal:label rule:label grant?:label "
        "policy:digest peerOrigin:origin peerIntent?:digest"),
    "seal": ("tree", WHOLE + "source:end destination:place"),
    "possession": ("tree", MAYBE + AT + HELD + "state:publishing|verified|adopted seal?:digest request?:id asker?:spiffe "
        "partOf?:digest"),
    "transfer-receipt": ("tree", WHOLE + "wireBytes:bytes resentBytes:bytes source:giver destination:taker sessions:session* "
        "sessionsMore?:digest"),
    "transfer-abort": ("offer", ABOUT + "code:code reason:sentence exposedBytesMax:bytes chunks:digest"),
    "staging-destroyed": ("offer", "transfer:id role:destination peer:spiffe " + AT),
    "possession-released": ("tree", MAYBE + AT + "reason:sentence"), "policy-change": ("policy", "previous?:digest"),
    "transfer-resumed": ("offer", ABOUT + "changed:changed session:id policy:digest rule:label peerBinding:digest"),
    "refusal": ("policy", "peer?:spiffe principal?:label code:code volume?:volume reason:sentence count:count from:time "
        "to:time"), "daemon-start": ("software", "version:label stopped:first|clean|unclean"),
    "destruction-intent": ("tree", MAYBE + AT + HELD + "principal:label grant:label policy:digest"),
    "destruction": ("tree", MAYBE + AT + "intent:digest"),
    "receipt-pending": ("tree", ABOUT + AT + "offer:digest checkpoint:id content:digest seal:digest possession?:digest "
        "receipt?:digest since:time"),
    "observed-fork": ("fork", "peer:spiffe peerOrigin:origin binding:digest first:note second:note proof?:digest*")}

def check(value: Any, table: str, what: str) -> None:
    """An object has exactly the members of its table."""
    types = {name.rstrip("?"): (kind, name[-1] == "?") for name, kind in (i.split(":", 1) for i in table.split())}
    require(isinstance(value, dict) and set(value) <= set(types), f"{what} has other members than {sorted(types)}")
    for name, (kind, optional) in types.items():
        require(optional or name in value, f"{what} has no {name}")
        require(kind[-1] != "*" or isinstance(value.get(name, []), list), f"{what}.{name} is no array")
        for v in (value[name] if kind[-1] == "*" else [value[name]]) if name in value else []:
            if (one := kind.rstrip("*")) in OBJECTS:
                check(v, OBJECTS[one], f"{what}.{name}")
            else:
                require(TYPES[one](v) if one in TYPES else v in one.split("|"), f"{what}.{name} is no {one}")

def together(kind: str, p: dict[str, Any], name: str, digest: str) -> bool:
    """What has to hold between members."""
    has, source, pull = p.__contains__, p.get("role") == "source", p.get("direction") == "pull"
    match kind:
        case "key-binding":
            return ((name, digest) == (p["daemon"], sha(canonical(p["list"])).hex())
                    and (p["list"]["spiffeId"], p["list"]["origin"]) == (p["daemon"], p["origin"]))
        case "transfer-intent":
            return (has("tree") == (p["mode"] == "sealed") and has("request") == pull and has("peerIntent") == source
                    and (p["mode"] == "sealed" if pull else not has("partOf")) and not (has("grant") and source == pull)
                    and 1 <= p["members"] <= 10**6 and p["part"]["index"] < p["part"]["of"] <= 65_536)
        case "seal" | "transfer-receipt":
            end, sessions = p["source" if kind == "seal" else "destination"], p.get("sessions", [])
            opened = [s["opened"] for s in sessions]
            return ((end["id"], end["origin"]) == (p["daemon"], p["origin"]) and p["source"]["id"] != p["destination"]["id"]
                    and 1 <= p["files"] + p["directories"] <= 10**6 and opened == sorted(opened) and len(opened) <= 8
                    and len({s["id"] for s in sessions}) == len(opened) >= 8 * has("sessionsMore") and all(
                        ("logSize" in s) == ("root" in s) and s.get("logSize", 1) for s in (p["source"], p["destination"])))
        case "possession":
            return (has("transfer") == has("seal") == (p["state"] == "publishing") and has("request") == has("asker")
                    and (not has("request") or p["state"] == "verified") and p.get("asker") != p["daemon"])
        case "refusal":
            return has("peer") != has("principal") and p["count"] >= 1 and p["from"] <= p["to"]
        case "policy-change" | "trust-change":
            return p.get("previous") != digest
        case "receipt-pending":
            return has("possession") == has("receipt") == (not source)
        case "observed-fork":
            one, two = Note(p["first"].encode()), Note(p["second"].encode())
            old, new = roots(one.size, two.size, [*map(bytes.fromhex, p.get("proof", [two.root.hex()]))])
            return (digest == sha(p["first"].encode(), p["second"].encode()).hex() and has("proof") == (one.size < two.size)
                    and [one.origin, two.origin, *(n for n, _, _ in one.lines + two.lines)] == [p["peerOrigin"]] * 6
                    and old != one.root and new == two.root)
    return True

def roots(old: int, new: int, proof: list[bytes]) -> tuple[bytes, bytes]:
    """The two roots that a consistency proof leads to (RFC 6962, section 2.1.2), where its first hash is never left out."""
    require(0 < old <= new and proof and (old < new or len(proof) == 1), "a proof between other sizes")
    if old == new:
        return proof[0], proof[0]
    left = 1 << (new - 1).bit_length() - 1
    one, two = roots(old, left, proof[:-1]) if old <= left else roots(old - left, new - left, proof[:-1])
    return (one, sha(b"\1", two, proof[-1])) if old <= left else (sha(b"\1", proof[-1], one), sha(b"\1", proof[-1], two))

# ---- what a log signs, and who is trusted

class Note:
    """A log checkpoint: a C2SP signed note of three lines."""
    def __init__(self, raw: bytes) -> None:
        body, _, signed = raw.decode().rpartition("\n\n")
        form = re.fullmatch(r"([!-*,-~]{1,255})\n(0|[1-9][0-9]{0,18})\n(.{44})\n", body + "\n")
        lines = re.findall(r"— ([^\s+\0-\x1f]+) ([A-Za-z0-9+/=]+)\n", signed)
        require(form and len(raw) <= NOTE_MAX and 1 <= len(lines) <= 64
                and signed == "".join(f"— {name} {line}\n" for name, line in lines), "it has not the form of a log checkpoint")
        self.text, self.origin, self.size, self.root = body + "\n", form[1], int(form[2]), b64(form[3])
        self.lines = [(name, b64(line)[:4], b64(line)[4:]) for name, line in lines]
        require(len(self.root) == 32 and self.size < 2**63 and all(s for _, _, s in self.lines), "a field is too short or long")

    def signed(self, name: str, kind: int, raw: bytes) -> bool | None:
        """Whether all lines of this key verify; None where it has none."""
        key_id, spki = sha(name.encode(), b"\n", bytes([kind]), raw)[:4], (ML_SPKI if kind == 6 else ED_SPKI) + raw
        lines = [line for n, i, line in self.lines if (n, i) == (name, key_id)]
        return all(verifies(spki, s[8 * (kind > 1):], self.message(name, kind, s[:8])) for s in lines) if lines else None

    def message(self, name: str, kind: int, stamp: bytes) -> bytes:
        label, origin, time = name.encode(), self.origin.encode(), int.from_bytes(stamp)
        if kind != 1 and (time >= 2**63 or (name == self.origin and not time)):
            return b"never signed"
        return (self.text if kind == 1 else f"cosignature/v1\ntime {time}\n{self.text}").encode() if kind < 6 else b"".join((
            b"subtree/v1\n\0", bytes([len(label)]), label, stamp, bytes([len(origin)]), origin, bytes(8),
            self.size.to_bytes(8), self.root))

class Trust:
    """A C2SP tlog-policy, with `entry` and `ca` lines besides (LEDGER.md, section 4)."""
    def __init__(self, raw: bytes) -> None:
        require(raw.endswith(b"\n") and len(raw) <= TRUST_MAX and not re.search(rb"[\0-\x08\x0b-\x1f\x7f]", raw), "its bytes")
        self.logs, self.anchors, self.entry, quorums, members = [], [], set(), [], []
        self.names: dict[str, tuple] = {}  # of a witness (name, kind, key), of a group (how many, of whom)
        for line in raw.decode("utf-8", "surrogateescape").split("\n"):
            match [item for item in re.split("[ \t]+", line) if item]:
                case []: pass
                case [item, *_] if item[0] == "#": pass
                case ["log", vkey] | ["log", vkey, _]: self.logs.append(read_vkey(vkey, (1, 6)))
                case ["witness", name, vkey] | ["witness", name, vkey, _] if name not in {*self.names, "none"}:
                    self.names[name] = read_vkey(vkey, (4, 6))
                case ["group", name, k, *of] if name not in {*self.names, "none"} and of and set(of) <= set(self.names):
                    self.names[name] = ({"all": len(of), "any": 1}.get(k) or int(re.fullmatch("[1-9][0-9]{0,5}", k)[0]), of)
                    members += of
                    require(self.names[name][0] <= len(of) and len(members) == len(set(members)), line)
                case ["quorum", name] if name in {*self.names, "none"}: quorums.append(name)
                case ["entry", origin, key_id] if TYPES["origin"](origin) and TYPES["digest"](key_id):
                    self.entry.add((origin, key_id))
                case ["ca", domain, der]: self.anchors.append((domain, x509.load_der_x509_certificate(b64(der))))
                case _: raise Wrong(line)
        self.witnesses = [of for of in self.names.values() if len(of) == 3]
        for keys in ([k for _, _, k in self.logs], [k for _, _, k in self.witnesses], quorums[1:] * 2):
            require(len(keys) == len(set(keys)) and quorums, "a key that is listed twice, or not one quorum")
        self.quorum = quorums[0]

    def met(self, note: Note) -> bool:
        done = {"none": True}
        for name, of in self.names.items():
            done[name] = note.signed(*of) is True if len(of) == 3 else sum(done[m] for m in of[1]) >= of[0]
        return done[self.quorum]

def read_vkey(line: str, kinds: tuple[int, ...]) -> tuple[str, int, bytes]:
    name, key_id, rest = line.split("+", 2)
    raw = b64(rest)
    require(name and raw[0] in kinds and good_key((ML_SPKI if raw[0] == 6 else ED_SPKI) + raw[1:])
            and key_id == sha(name.encode("utf-8", "surrogateescape"), b"\n", raw)[:4].hex(), line)
    return name, raw[0], raw[1:]

# ---- key bindings

def chain_of(raw: bytes, listed: bytes, spiffe: str) -> list[x509.Certificate]:
    """The certificates of a key proof; their leaf has signed this list."""
    proof = parse(raw)
    check(proof, "list:base64 signature:base64 algorithm:ecdsa-p256-sha256|ed25519|rsa-pss-sha256 chain:base64*", "proof")
    chain = [x509.load_der_x509_certificate(b64(c)) for c in proof["chain"]]
    require(1 <= len(chain) <= 4 and b64(proof["list"]) == listed, "its key proof is of another list")
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    require(names.get_values_for_type(x509.UniformResourceIdentifier) == [spiffe], "its key proof is by another's leaf")
    signature, message = b64(proof["signature"]), b"carnet key binding v1\0" + sha(listed)
    match proof["algorithm"], chain[0].public_key():
        case "ecdsa-p256-sha256", ec.EllipticCurvePublicKey(curve=ec.SECP256R1()) as leaf:
            leaf.verify(signature, message, ec.ECDSA(SHA256()))
        case "rsa-pss-sha256", rsa.RSAPublicKey() as leaf if 2048 <= leaf.key_size <= 8192:
            leaf.verify(signature, message, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
        case "ed25519", ed25519.Ed25519PublicKey() as leaf if prime_order(leaf.public_bytes_raw()):
            require(verifies(ED_SPKI + leaf.public_bytes_raw(), signature, message), "its key proof is not signed by its leaf")
        case _: raise Wrong("its key proof is by a key of another kind")
    return chain

def leads(chain: list[x509.Certificate], anchor: x509.Certificate) -> bool:
    """RFC 5280 at some moment of the leaf's life. A chain with critical extensions that are not known here is not believed."""
    path = chain if chain[-1] == anchor else [*chain, anchor]
    try:
        ext = [{type(e.value): e.value for e in c.extensions} for c in path]
        critical = {type(e.value) for c in path for e in c.extensions if e.critical}
        for n, (cert, issuer) in enumerate(zip(path, path[1:])):
            cert.verify_directly_issued_by(issuer)
            basic, usage = ext[n + 1][x509.BasicConstraints], ext[n + 1].get(x509.KeyUsage)
            require(basic.ca and n <= (n if basic.path_length is None else basic.path_length), "no CA, or not for so many")
            require(usage is None or usage.key_cert_sign, "no CA")
        basic, usage, purpose = map(ext[0].get, (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage))
        return (len(path) > 1 and critical <= {x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage,
                                               x509.SubjectAlternativeName}
                and max(c.not_valid_before_utc for c in path) <= min(c.not_valid_after_utc for c in path)
                and usage.digital_signature and not (usage.key_cert_sign or usage.crl_sign or (basic and basic.ca))
                and (purpose is None or EKU.SERVER_AUTH in purpose or EKU.CLIENT_AUTH in purpose))
    except (*REFUSED, KeyError):
        return False

# ---- one ledger

@dataclass(frozen=True, eq=False)
class Entry:
    ledger: "Ledger"
    index: int
    raw: bytes
    digest: str
    kind: str
    subject: str
    says: dict[str, Any]
    signatures: dict[str, bytes]
    message: bytes

    def signed(self, keys: dict[str, bytes], *ids: str) -> bool:
        return all(k in keys and verifies(keys[k], self.signatures.get(k, b""), self.message) for k in ids)

    def keys(self, purpose: str) -> dict[str, bytes]:
        """Of a key binding: by key id, Ed25519 first."""
        return {sha(b64(k)).hex(): b64(k) for _, k in sorted(self.says["list"]["keys"][purpose].items())}

def read_entry(ledger: "Ledger", index: int, raw: bytes) -> Entry:
    envelope = parse(raw)
    check(envelope, "payload:base64 payloadType:application/vnd.in-toto+json signatures:signature*", "envelope")
    payload, ids = b64(envelope["payload"]), [s["keyid"] for s in envelope["signatures"]]
    require(len(raw) <= ENTRY_MAX and 1 <= len(ids) <= 4 and ids == sorted(set(ids)), "too large, or signatures in no order")
    statement = parse(payload)
    check(statement, "_type:https://in-toto.io/Statement/v1 subject:subject* predicateType:uri predicate:any", "statement")
    (subject,), says, kind = statement["subject"], statement["predicate"], statement["predicateType"][19:-3]
    require(statement["predicateType"] == f"https://carnet.dev/{kind}/v1" and kind in PREDICATES, "an unknown predicate")
    name, digest, (of, table) = subject["name"], subject["digest"]["sha256"], PREDICATES[kind]
    check(says, "daemon:spiffe origin:origin time:time " + table, kind)
    require(of in ("", name) and together(kind, says, name, digest), "another subject, or members that do not go together")
    return Entry(ledger, index, raw, sha(payload).hex(), kind, digest, says, {s["keyid"]: b64(s["sig"]) for s in
                 envelope["signatures"]}, b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload))

def mth(hashes: list[bytes]) -> bytes:
    """The root over hashes: neighbours are joined, and one that is left over moves up."""
    while len(hashes) > 1:
        hashes = [sha(b"\1", *hashes[n:n + 2]) if n + 1 < len(hashes) else hashes[n] for n in range(0, len(hashes), 2)]
    return hashes[0] if hashes else sha()

Finding = tuple["Ledger", str, str, str, str]  # kind, place, sentence, and the verdict that it makes
VERDICTS = ("unreadable", "wrong", "incomplete", "verifies")

class Ended(Exception):
    """A finding after which there is no more to be said of a ledger."""

class Ledger:
    def __init__(self, name: str, trust: Trust | None) -> None:
        self.name, self.origin, self.size, self.root, self.daemon, self.whole = name, "", 0, "", "", False
        self.entries, self.leaves, self.found = list[Entry](), list[bytes](), list[Finding]()
        self.bindings: list[tuple[Entry, list[x509.Certificate]]] = []
        try:
            self.verify(trust)
        except Ended as e:
            self.tell(*e.args)
        except OSError as e:
            self.tell("unreadable", os.path.relpath(e.filename or name, name), e.strerror or "", "unreadable")
        self.verdict = min((weight for *_, weight in self.found), key=VERDICTS.index, default="verifies")

    def tell(self, kind: str, place: str, sentence: str, weight: str = "wrong") -> None:
        self.found.append((self, kind, place, sentence, weight))

    def open(self, path: str) -> BinaryIO | None:
        try:
            return open(os.path.join(self.name, path), "rb", opener=lambda p, flags: os.open(p, flags | os.O_NONBLOCK))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, path: str, most: int, other: str = "") -> bytes:
        """A file, or the other one where it is gone; one byte more than the most, where it has more."""
        file = self.open(path) or (other and self.open(other))
        if not file:
            raise Ended("unreadable", path, "it is not there", "unreadable")
        with file:
            return file.read(most + 1)

    def tiles(self, level: int | str, count: int, most: int) -> Iterator[tuple[str, bytes, int, int]]:
        """Over so many hashes: place, bytes, width, and the width of what stands there."""
        for index in range((count + 255) // 256):
            digits, width = str(index), min(256, count - 256 * index)
            *above, last = re.findall("...", digits.zfill(len(digits) + -len(digits) % 3))
            full = "/".join([f"tile/{level}", *("x" + group for group in above), last])
            path = full if width == 256 else f"{full}.p/{width}"
            part = self.open(path)
            yield path, self.read(path, most, full), width, width if part else 256
            if part: part.close()

    def verify(self, trust: Trust | None) -> None:
        try:
            note = Note(self.read("checkpoint", NOTE_MAX))
        except REFUSED as e:
            raise Ended("checkpoint", "checkpoint", str(e)) from None
        self.origin, self.size, self.root, raws, level = note.origin, note.size, note.root.hex(), list[bytes](), 0
        for path, raw, width, there in self.tiles("entries", note.size, BUNDLE_MAX):
            at, found = 0, list[bytes]()
            while at < len(raw):
                end = at + 2 + int.from_bytes(raw[at:at + 2])
                at, found = end, [*found, raw[at + 2:end]]
            if at != len(raw) or len(found) != there:
                raise Ended("bundle", path, f"it has not exactly {there} entries")
            raws += found[:width]
        self.leaves = hashes = [sha(b"\0", raw) for raw in raws]
        while hashes:
            for n, (path, raw, width, there) in enumerate(self.tiles(level, len(hashes), 8192)):
                if len(raw) != 32 * there or raw[:32 * width] != b"".join(hashes[256 * n:256 * n + width]):
                    self.tell("tile", path, "its hashes are not those of what is below it")
            hashes, level = [mth(hashes[n:n + 256]) for n in range(0, len(hashes) - 255, 256)], level + 1
        self.whole = mth(self.leaves) == note.root
        if not self.whole:
            self.tell("root", "checkpoint", f"the root over its {note.size} entries is another one")
        for index, raw in enumerate(raws):
            try:
                self.entries.append(read_entry(self, index, raw))
            except REFUSED as e:
                self.tell("entry", f"entry {index}", str(e))
            else:
                self.judge(self.entries[-1])
        log = [*self.bindings[-1][0].keys("log").values()] if self.bindings else []
        if not log or not note.signed(self.origin, 1, log[0][12:]) or not note.signed(self.origin, 6, log[1][22:]):
            self.tell("log-signature", "checkpoint", "the keys of the newest key binding have not both signed it")
        if self.whole:
            self.vouch(note, trust)

    def judge(self, e: Entry) -> None:
        place, us, p = f"entry {e.index}", (self.daemon, self.origin), e.says
        if e.kind == "key-binding":
            return self.bind(e, self.bindings[-1][0] if self.bindings else None)
        blob = {"policy-change": e.subject, "trust-change": e.subject}.get(e.kind) or p.get("chunks", p.get("sessionsMore"))
        if blob:
            self.blob(e, blob)
        if not self.bindings:
            return self.tell("binding", place, "it stands before the first key binding")
        sides = {(p[s]["id"], p[s]["origin"]): p[s] for s in ("source", "destination") if s in p}
        keys = self.bindings[-1][0].keys("entry")
        if us not in (sides or {(p["daemon"], p["origin"])}):
            self.tell("entry", place, f"it is of {p['daemon']} and the ledger {p['origin']}")
        elif e.kind == "transfer-receipt":
            ids = sides[us]["entryKeys"]
            if len(e.signatures) != 4 or not e.signed(self.ever(ids), *ids):
                self.tell("signature", place, "it is not signed by entry keys of this ledger that it names, or by one side only")
        elif us == (p["daemon"], p["origin"]) and not e.signed(keys, *list(keys)[:2 if e.kind == "seal" else 1]):
            self.tell("signature", place, "it is not signed by the entry keys in force")

    def ever(self, ids: list[str]) -> dict[str, bytes]:
        """The entry keys with these ids, where they have been in force."""
        return next((keys for binding, _ in self.bindings if list(keys := binding.keys("entry")) == ids), {})

    def bind(self, e: Entry, before: Entry | None) -> None:
        listed, keys, chain = e.says["list"], e.keys("entry"), list[x509.Certificate]()
        try:
            raw = self.blob(e, e.says["proof"], PROOF_MAX)
            require(listed["origin"] == self.origin and listed["previous"] == (before.digest if before else "")
                    and self.daemon in ("", e.says["daemon"]), "it does not follow the key binding before it")
            require(e.signed(keys, *keys), "it is not signed by both of its entry keys")
            require(not before or e.signed(before.keys("entry"), *before.keys("entry")), "the keys before have not signed it")
            chain = chain_of(raw, canonical(listed), e.says["daemon"]) if raw else []
        except REFUSED as why:
            return self.tell("binding", f"entry {e.index}", str(why) or type(why).__name__)
        self.daemon = e.says["daemon"]
        self.bindings.append((e, chain))

    def blob(self, e: Entry, digest: str, most: int = 0) -> bytes:
        """Whether it is there and has its digest; its bytes, where they are wanted."""
        path, place = f"blobs/sha256/{digest}", f"entry {e.index}"
        file = self.open(path)
        if not file:
            self.tell("blob", place, f"it names {path}, which is not there", "incomplete")
            return b""
        with file:
            raw = file.read(most + 1 if most else 0)
            require(len(raw) <= most, f"{path} is too large")
            if (sha(raw) if most else hashlib.file_digest(file, "sha256").digest()).hex() != digest:
                self.tell("blob", place, f"it names {path}, which has other bytes")
                return b""
        return raw

    def vouch(self, note: Note, trust: Trust | None) -> None:
        """LEDGER.md, section 4."""
        tell = partial(self.tell, "trust", weight="incomplete")
        if trust is None:
            return tell("checkpoint", "consistent with itself: there is no trust file, nobody's word is checked")
        if {note.signed(*k) for k in trust.logs if k[0] == self.origin} | {None} != {True, None}:
            tell("checkpoint", "no listed key of this log has signed it, or one has not rightly")
        if not trust.met(note) or any(note.signed(*k) is False for k in trust.witnesses):
            tell("checkpoint", f"the quorum {trust.quorum} is not met, or a listed witness has not signed rightly")
        before: set[str] = set()
        for binding, chain in self.bindings:
            keys, domain = set(binding.keys("entry")), binding.says["daemon"].split("/")[2]
            if not any((self.origin, k) in trust.entry for k in keys | before) and not any(
                    chain and d == domain and leads(chain, anchor) for d, anchor in trust.anchors):
                tell(f"entry {binding.index}", "no listed entry key has signed this key binding, no listed anchor proves it")
            before = keys

# ---- several ledgers

def compare(a: Ledger, b: Ledger) -> Iterator[Finding]:
    """What a has to do with b: LEDGER.md, section 5, and the forks of b that a has observed."""
    theirs = {e.digest: e for e in b.entries}
    intents = {e.digest for e in a.entries + b.entries if e.kind == "transfer-intent"}
    if a.origin == b.origin:
        if a.size >= b.size and mth(a.leaves[:b.size]) != mth(b.leaves):
            yield a, "fork", "checkpoint", f"it does not begin with what is in {b.name}", "wrong"
        return
    for e in a.entries:
        p, place, sides = e.says, f"entry {e.index}", [e.says[s] for s in ("source", "destination") if s in e.says]
        other, fitting = theirs.get(e.digest), {s["origin"] for s in sides} == {a.origin, b.origin}
        if e.kind == "transfer-receipt" and fitting:
            if not other:
                yield a, "receipt-missing", place, f"{b.name} does not have it", "incomplete"
            elif other.raw != e.raw:
                yield a, "receipt-differs", place, f"entry {other.index} of {b.name} has other bytes", "wrong"
            owners = [a if s["origin"] == a.origin else b for s in sides]
            if not all(e.signed(o.ever(s["entryKeys"]), *s["entryKeys"]) for o, s in zip(owners, sides)):
                yield a, "receipt-signature", place, "a half is not signed by the keys that it names, or they were never in force", "wrong"
        if e.kind == "seal" and fitting and p["origin"] == b.origin and (not other or other.raw != e.raw):
            yield a, "seal-missing", place, f"{b.name} does not have it in these bytes", "incomplete"
        named = [s["intent"] for s in sides if e.kind == "transfer-receipt" and fitting]
        if e.kind == "transfer-intent" and p["peerOrigin"] == b.origin and p["role"] == "source":
            named = [p["peerIntent"]]
        if not intents.issuperset(named):
            yield a, "intent-missing", place, "an intent that it names is not there", "incomplete"
        if e.kind == "observed-fork" and p["peerOrigin"] == b.origin:
            keys = next((binding.keys("log") for binding, _ in b.bindings if binding.digest == p["binding"]), None)
            if keys is None:
                yield a, "fork", place, f"{b.name} does not have the key binding that it names", "incomplete"
            elif not all(Note(p[n].encode()).signed(b.origin, kind, k[-32 if kind == 1 else -1312:])
                         for n in ("first", "second") for kind, k in zip((1, 6), keys.values())):
                yield a, "fork", place, "its two log checkpoints are not both signed by those keys", "wrong"

def first(entries: list[Entry], kind: str, ledger: Ledger | None = None, **says: str) -> Entry | None:
    return next((e for e in entries if e.kind == kind and ledger in (None, e.ledger)
                 and all(e.says[member] == value for member, value in says.items())), None)

HELD_BY = ("held", "one-sided", "destroying")
FACTS = ("possession", "seal", "transfer-receipt", "receipt-pending")
Copy = dict[str, Any]

def of_transfer(good: dict[str, Ledger], transfer: str, of: list[Entry]) -> Iterator[tuple[str, str, Copy]]:
    """Its copies, each with its content or, where nothing says it, the transfer."""
    facts = [e for kind in FACTS if (e := first(of, kind))]
    for ledger, role in [(l, role) for l in good.values() for role in ("destination", "source")]:
        intent = first(of, "transfer-intent", ledger, role=role)
        peer = intent and good.get(intent.says["peerOrigin"])
        other = peer and first(of, "transfer-intent", peer, role="source" if role == "destination" else "destination")
        if not intent or (role == "source" and other):
            continue
        has = lambda kind: first(of, kind, ledger)
        began, receipt, abort = has("possession"), has("transfer-receipt"), has("transfer-abort")
        if role == "destination":
            source, destination = other, intent
            rows = [("destroyed", has("destruction")), ("released", has("possession-released")),
                    ("destroying", has("destruction-intent")), ("held", began and receipt), ("one-sided", began),
                    ("", abort and has("staging-destroyed")), ("partial", abort), ("possible", intent)]
        else:
            source, destination, began = intent, None, None
            rows = [("receipted", receipt), ("", abort if abort and abort.says["exposedBytesMax"] == "0" else None),
                    ("partial", abort), ("possible", intent)]
        state, gave = next((state, e) for state, e in rows if e)
        p, s, d = intent.says, source.says if source else {}, destination.says if destination else {}
        ended = gave if state in ("destroyed", "released") else None
        trees = [e.subject for e in facts] + [i["tree"] for i in (d, s) if "tree" in i]
        if state:
            yield next((e.says["content"] for e in facts), ""), transfer, {
                "origin": ledger.origin if destination else p["peerOrigin"], "volume": p["volume"], "name": p["name"],
                "holder": p["daemon"] if destination else p["peer"], "state": state,
                "since": (began or (receipt if state == "receipted" else None) or intent).says["time"],
                "until": ended and ended.says["time"], "tree": next(iter(trees), None), "transfer": transfer,
                "from": p["peer"] if destination else p["daemon"], "principal": p["principal"],
                "grant": d.get("grant", s.get("grant")), "sourceRule": s.get("rule"), "sourcePolicy": s.get("policy"),
                "destinationRule": d.get("rule"), "destinationPolicy": d.get("policy"),
                "verified": began and last_verified(began, ended, p["volume"], p["name"]), "entries": of}

def last_verified(began: Entry, ended: Entry | None, *at: str) -> str:
    times = [e.says["time"] for e in began.ledger.entries if e.kind == "possession" and e.subject == began.subject
             and (e.says["volume"], e.says["name"]) == at and began.index < e.index < (ended.index if ended else 2**63)]
    return [began.says["time"], *times][-1]

def adopted(began: Entry) -> tuple[str, str, Copy]:
    p, ledger, of = began.says, began.ledger, [began]
    for e in ledger.entries:
        if e.index > began.index and "transfer" not in e.says and all(e.says.get(m) == p[m] for m in ("volume", "name")):
            if e.says.get("state") == "adopted":
                break
            if e.kind in ("destruction", "possession-released", "destruction-intent") and e.subject == began.subject:
                of.append(e)
    rows = [("destroyed", "destruction"), ("released", "possession-released"), ("destroying", "destruction-intent"),
            ("held", "possession")]
    state, gave = next((state, e) for state, kind in rows if (e := first(of, kind)))
    ended = gave if state in ("destroyed", "released") else None
    return p["content"], "", {
        "origin": ledger.origin, "holder": p["daemon"], "volume": p["volume"], "name": p["name"], "state": state,
        "since": p["time"], "until": ended and ended.says["time"], "tree": began.subject,
        "verified": last_verified(began, ended, p["volume"], p["name"]), "entries": of}

def custody(ledgers: list[Ledger]) -> dict[str, Any]:
    """LEDGER.md, section 6."""
    good = {l.origin: l for l in ledgers if l.verdict in VERDICTS[2:]}
    entries = sorted((e for l in good.values() for e in l.entries), key=lambda e: (e.ledger.origin, e.index))
    missing, transfers, seals = set[tuple[str, str]](), dict[str, list[Entry]](), dict[tuple[str, str], list[Entry]]()
    copies, checkpoints = list[tuple[str, str, Copy]](), list[dict[str, Any]]()
    for e in entries:
        sides = {(e.says[s]["origin"], e.says[s]["id"]) for s in ("source", "destination") if s in e.says}
        missing |= {(e.says["peerOrigin"], e.says["peer"])} if e.kind == "transfer-intent" else sides
        if e.kind == "seal" and (e.says["origin"] not in good or e.says["origin"] == e.ledger.origin):
            seals.setdefault((e.says["content"], e.says["origin"]), []).append(e)
        if "transfer" in e.says:
            transfers.setdefault(e.says["transfer"], []).append(e)
        elif e.kind == "possession" and e.says["state"] == "adopted":
            copies.append(adopted(e))
    copies += [copy for transfer, of in transfers.items() for copy in of_transfer(good, transfer, of)]
    held = {(content, copy["origin"]) for content, _, copy in copies if copy["state"] in HELD_BY}
    for (content, origin), of in seals.items():
        one = min(of, key=lambda e: e.says["time"])
        if (content, origin) not in held:
            copies.append((content, "", {"origin": origin, "holder": one.says["daemon"], "volume": "", "name": "",
                                         "state": "source", "since": one.says["time"], "tree": one.subject, "entries": of}))
    grouped = dict[tuple[bool, str, str], list[Copy]]()
    for content, transfer, copy in copies:
        grouped.setdefault((not content, content, "" if content else transfer), []).append(copy)
    for (_, content, _), group in sorted(grouped.items()):
        group.sort(key=lambda c: (c["origin"], c["volume"], c["name"], c["since"], c.get("transfer", ""),
                                  c["entries"][0].ledger.origin, c["entries"][0].index))
        told = sorted((e for c in group for e in c["entries"] if e.kind in FACTS[:3]), key=lambda e: (e.ledger.origin, e.index))
        checkpoints.append({"content": content, "trees": sorted({c["tree"] for c in group if c.get("tree")}),
                            "names": sorted({f"{c['volume']}/{c['name']}" for c in group if c["volume"]}),
                            **{m: told[0].says[m] for m in ("files", "logicalBytes") if told},
                            "copies": [{m: v if m != "entries" else [
                                {"origin": e.ledger.origin, "index": e.index, "what": e.kind} for e in v]
                                for m, v in c.items() if v is not None} for c in group]})
    given = {l.origin for l in ledgers}
    return {"version": 1, "checkpoints": checkpoints, "ledgers": [
        {"origin": l.origin, "daemon": l.daemon if l.origin in good else "", "size": l.size, "root": l.root, "verdict": l.verdict}
        for l in sorted(ledgers, key=lambda l: l.origin)],
        "missing": [{"origin": o, "daemon": d} for o, d in sorted(missing) if o not in given]}

def main() -> int:
    parser = argparse.ArgumentParser(description="Verifies ledgers (LEDGER.md).")
    parser.add_argument("ledger", nargs="+", help="a directory")
    parser.add_argument("--trust", help="a trust file")
    parser.add_argument("--custody", action="store_true", help="print custody as JSON")
    args = parser.parse_args()
    try:
        with open(args.trust or os.devnull, "rb") as file:
            trust = Trust(file.read(TRUST_MAX + 1)) if args.trust else None
    except (OSError, *REFUSED) as e:
        print(f"unreadable\t{args.trust}\t{e}", file=sys.stderr)
        return 3
    ledgers = [Ledger(name.rstrip("/"), trust) for name in args.ledger]
    origins = [l.origin for l in ledgers if l.origin]
    if args.custody and len(origins) != len(set(origins)):
        parser.error("two ledgers of one origin: compare them without --custody")
    found = [finding for l in ledgers for finding in l.found]
    found += [f for a in ledgers for b in ledgers if a is not b and a.whole and b.whole for f in compare(a, b)]
    out = sys.stderr if args.custody else sys.stdout
    for ledger, kind, place, sentence, _ in found:
        print(f"{kind}\t{ledger.name}: {place}\t{sentence}", file=out)
    for l in ledgers:
        print(f"{l.verdict}\t{l.name}\t{l.origin}, {l.size} entries, root {l.root}", file=out)
    if args.custody:
        print(canonical(custody(ledgers)).decode())
    return (3, 5, 9, 0)[min((VERDICTS.index(weight) for *_, weight in found), default=3)]

if __name__ == "__main__":
    sys.exit(main())
