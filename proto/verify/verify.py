#!/usr/bin/env python3
"""verify.py LEDGER... [--trust FILE] [--custody]: verifies ledgers, and says what they say about copies.

A second opinion: written from SPEC.md and LEDGER.md in the folder above, and from nothing else. Prints findings, `<kind>
TAB <ledger>: <place> TAB <sentence>`, and a verdict for each ledger; with --custody the JSON of LEDGER.md, section 6, and
the rest to stderr. Exits with 0: all verify and are vouched for; 3: one cannot be read; 5: one does not verify;
9: something is missing, or nobody vouches for it; 2: not called like that.
"""
import argparse, base64, hashlib, json, os, re, sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, BinaryIO
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU

ENTRY_MAX, PROOF_MAX, NOTE_MAX, TRUST_MAX, BUNDLE_MAX = 32_768, 24_576, 256 << 10, 4 << 20, 256 * (2 + 0xFFFF)

class Wrong(Exception):
    """Something is not as the text demands; out of a ledger's verification, the finding that ends it."""

REFUSED = (Wrong, ValueError, TypeError, AttributeError, KeyError, RecursionError, InvalidSignature, UnsupportedAlgorithm,
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
    """RFC 8785 where names are ASCII: no table below has others."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def parse(raw: bytes) -> Any:
    """JSON in its one form: what is repeated, spaced or escaped needlessly does not come out as it went in."""
    value = json.loads(raw.decode())
    require(canonical(value) == raw, "JSON that is not canonical")
    return value

# ---- signatures

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ED, ML, P256 = map(bytes.fromhex, ("302a300506032b6570032100", "30820532300b06096086480165030403110382052100",
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
    if len(spki) == 91 and spki.startswith(P256):
        return bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), spki[26:]))
    return len(spki) == 1334 and spki.startswith(ML) or len(spki) == 44 and spki.startswith(ED) and prime_order(spki[12:])

def verifies(spki: bytes, signature: bytes, message: bytes) -> bool:
    """Strict for a good key: R is compared with sB - hA, which is canonical and of prime order where the key is."""
    try:
        if spki.startswith(ML):
            mldsa.MLDSA44PublicKey.from_public_bytes(spki[22:]).verify(signature, message)
        else:
            require(int.from_bytes(signature[32:], "little") < ORDER and signature[:32] != b"\1" + bytes(31), "s, R")
            ed25519.Ed25519PublicKey.from_public_bytes(spki[12:]).verify(signature, message)
        return True
    except REFUSED:
        return False

# ---- statements: SPEC section 11 as tables of `member:type`; `?` where it may be absent, `*` for an array. Without a type
# ---- it is of the type that has its name, or else a digest

def text(pattern: str, most: int = 1 << 20) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, str) and re.fullmatch(pattern, v) is not None and len(v.encode()) <= most

PART = r"(?!\.{1,2}(?:/|\Z)|\.carnet(?:/|\Z))[^/\x00-\x1f\x7f]+"
CODES = """VERSION UNKNOWN_PEER PROTOCOL LIMIT TIMEOUT SHUTTING_DOWN REPLACED IDENTITY KEY_BINDING BUSY UNSUPPORTED POLICY
BAD_NAME NAME_TAKEN NAME_CONFLICT NO_SPACE READ_ONLY UNKNOWN_TRANSFER OFFER_MISMATCH CHUNK_MISMATCH FILE_MISMATCH STORAGE
TREE_MISMATCH SOURCE_CHANGED BAD_STATEMENT RECEIPT_MISMATCH CANCELLED EXPIRED NO_BEGIN TOO_LATE STOPPED BAD_SOURCE PAUSED
CRITICAL_EXTENSION UNKNOWN_CHECKPOINT INTERNAL""".split()
TYPES: dict[str, Callable[[Any], bool]] = {
    "id": text("[0-9a-f]{32}"), "digest": text("[0-9a-f]{64}"), "previous": text("([0-9a-f]{64})?"),
    "time": lambda v: v >= "1970" and v == datetime.fromisoformat(v[:-1]).isoformat("T", "milliseconds") + "Z",
    "count": lambda v: type(v) is int and 0 <= v <= 2**53, "code": lambda v: v in CODES, "predicate": lambda v: True,
    "bytes": lambda v: text("0|[1-9][0-9]{0,18}")(v) and int(v) < 2**63, "base64": lambda v: bool(b64(v)),
    "spiffe": text(r"spiffe://[a-z0-9._-]{1,255}(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._-]+)+", 2048),
    "origin": text("[!-*,-~]{1,255}"), "volume": text("[a-z0-9][a-z0-9._-]{0,63}"), "text": text("(?s:.)+"),
    "name": lambda v: text(f"{PART}(/{PART}){{0,63}}", 400)(v) and all(len(c.encode()) <= 255 for c in v.split("/")),
    "label": text(r"[^\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+", 256),
    "reason": text("(?s:.)+", 1024), "iana": text("[A-Za-z0-9_-]{1,64}"), "sig": lambda v: 1 <= len(b64(v)) <= 2420,
    "labels": lambda v: 1 <= len(v) <= 16 and all(
        text("[a-z0-9][a-z0-9._-]{0,62}")(k) and TYPES["label"](e) for k, e in v.items()),
    "changed": lambda v: v in (["keys"], ["policy"], ["keys", "policy"]), "mldsa44": lambda v: len(b64(v)) == 1334,
    "entryKeys": lambda v: type(v) is list and len(v) == 2 and all(map(TYPES["digest"], v)),
    "ed25519": lambda v: len(b64(v)) == 44 and good_key(b64(v)), "p256": lambda v: len(b64(v)) == 91 and good_key(b64(v))}
ABOUT, MAYBE = "transfer:id role:source|destination peer:spiffe ", "transfer?:id role?:destination peer?:spiffe "
END, HELD = "id:spiffe origin intent entryKeys time logSize?:count root? ", "content files:count logicalBytes:bytes "
WHOLE = HELD + "transfer:id offer checkpoint:id directories:count partOf? "
OBJECTS = {
    "part": "index:count of:count", "end": "id:spiffe origin", "place": "id:spiffe origin volume name", "pq": "ed25519 mldsa44",
    "giver": END + "seal", "taker": END + "volume name possession", "manifest": "p256", "sha256": "sha256:digest",
    "list": "spiffeId:spiffe origin previous keys", "keys": "entry:pq log:pq witness:pq manifest", "signature": "keyid sig",
    "session": "id sourceKey destinationKey group:iana suite:iana exporter opened:time closed?:time",
    "subject": "name:text digest:sha256"}
PREDICATES = {
    "key-binding": ("", "list proof"), "policy-change": ("policy", "previous?"), "trust-change": ("trust", "previous?"),
    "transfer-intent": ("offer", ABOUT + "checkpoint:id mode:open|sealed direction:push|pull tree? partOf? request? labels? "
        "volume name members:count logicalBytesMax:bytes part principal:label rule:label grant?:label policy "
        "peerOrigin:origin peerIntent?"),
    "seal": ("tree", WHOLE + "source:end destination:place"), "destruction": ("tree", MAYBE + "volume name intent"),
    "possession": ("tree", MAYBE + HELD + "volume name state:publishing|verified|adopted seal? request?:id asker?:spiffe "
        "partOf?"), "daemon-start": ("software", "version:label stopped:first|clean|unclean"),
    "transfer-receipt": ("tree", WHOLE + "wireBytes:bytes resentBytes:bytes source:giver destination:taker "
        "sessions:session* sessionsMore?"), "staging-destroyed": ("offer", ABOUT + "volume name"),
    "transfer-abort": ("offer", ABOUT + "code reason exposedBytesMax:bytes chunks"),
    "possession-released": ("tree", MAYBE + "volume name reason"),
    "transfer-resumed": ("offer", ABOUT + "changed session:id policy rule:label peerBinding"),
    "refusal": ("policy", "peer?:spiffe principal?:label code volume? reason count from:time to:time"),
    "destruction-intent": ("tree", MAYBE + HELD + "volume name principal:label grant:label policy"),
    "receipt-pending": ("tree", ABOUT + "volume name offer checkpoint:id content seal possession? receipt? since:time"),
    "observed-fork": ("fork", "peer:spiffe peerOrigin:origin binding first:text second:text proof?:digest*")}

def check(value: Any, table: str, what: str) -> None:
    """An object has exactly the members of its table."""
    types = {member.rstrip("?"): (kind, member[-1] == "?") for member, _, kind in (i.partition(":") for i in table.split())}
    require(isinstance(value, dict) and set(value) <= set(types), f"{what} has other members than {sorted(types)}")
    for name, (kind, optional) in types.items():
        require(optional or name in value, f"{what} has no {name}")
        one = kind.rstrip("*") or (name if name in TYPES or name in OBJECTS else "digest")
        require(kind[-1:] != "*" or isinstance(value.get(name, []), list), f"{what}.{name} is no array")
        for v in (value[name] if kind[-1:] == "*" else [value[name]]) if name in value else []:
            if one in OBJECTS:
                check(v, OBJECTS[one], f"{what}.{name}")
            else:
                require(TYPES[one](v) if one in TYPES else v in one.split("|"), f"{what}.{name} is no {one}")

def together(kind: str, p: dict[str, Any], name: str, digest: str) -> bool:
    """What has to hold between members."""
    has, source, pull, mode = p.__contains__, p.get("role") == "source", p.get("direction") == "pull", p.get("mode")
    match kind:
        case "key-binding":
            return (name == p["daemon"] == p["list"]["spiffeId"] and p["list"]["origin"] == p["origin"]
                    and digest == sha(canonical(p["list"])).hex())
        case "transfer-intent":
            return (has("tree") == (mode == "sealed") and has("request") == pull and has("peerIntent") == source
                    and (mode == "sealed" if pull else not has("partOf")) and not (has("grant") and source == pull)
                    and 1 <= p["members"] <= 10**6 and p["part"]["index"] < p["part"]["of"] <= 65_536)
        case "seal" | "transfer-receipt":
            ends, sessions = [p["source"], p["destination"]], p.get("sessions", [])
            own, opened = ends[kind != "seal"], [s["opened"] for s in sessions]
            return ((own["id"], own["origin"]) == (p["daemon"], p["origin"]) and ends[0]["id"] != ends[1]["id"]
                    and 1 <= p["files"] + p["directories"] <= 10**6 and opened == sorted(opened) and len(opened) <= 8
                    and len({s["id"] for s in sessions}) == len(opened) >= 8 * has("sessionsMore")
                    and all(("logSize" in end) == ("root" in end) and end.get("logSize", 1) for end in ends))
        case "possession":
            return (has("transfer") == has("seal") == (p["state"] == "publishing") and has("request") == has("asker")
                    and (not has("request") or p["state"] == "verified") and p.get("asker") != p["daemon"])
        case "staging-destroyed": return not source
        case "refusal": return has("peer") != has("principal") and p["count"] >= 1 and p["from"] <= p["to"]
        case "policy-change" | "trust-change": return p.get("previous") != digest
        case "receipt-pending": return has("possession") == has("receipt") == (not source)
        case "observed-fork":
            one, two = (Note(p[n].encode()) for n in ("first", "second"))
            old, new = roots(one.size, two.size, [*map(bytes.fromhex, p.get("proof", [two.root.hex()]))])
            return (digest == sha((p["first"] + p["second"]).encode()).hex() and has("proof") == (one.size < two.size)
                    and [one.origin, two.origin, *(n for n, _, _ in one.lines + two.lines)] == [p["peerOrigin"]] * 6
                    and old != one.root and new == two.root)
    return True

def roots(old: int, new: int, proof: list[bytes]) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof leads to (RFC 6962, section 2.1.2), where its first hash is never left out."""
    require(0 < old <= new and proof and (old < new or len(proof) == 1), "a proof between other sizes")
    if old == new:
        return proof[0], proof[0]
    left, (*rest, last) = 1 << (new - 1).bit_length() - 1, proof
    one, two = roots(old, left, rest) if old <= left else roots(old - left, new - left, rest)
    return (one, sha(b"\1", two, last)) if old <= left else (sha(b"\1", last, one), sha(b"\1", last, two))

# ---- what a log signs, and who is trusted

class Note:
    """A log checkpoint: a C2SP signed note of three lines."""
    def __init__(self, raw: bytes) -> None:
        body, _, signed = raw.decode().rpartition("\n\n")
        form = re.fullmatch(r"([!-*,-~]{1,255})\n(0|[1-9][0-9]{0,18})\n(.{44})\n", body + "\n")
        lines = re.findall(r"— ([^\s+\0-\x1f]+) ([A-Za-z0-9+/=]+)\n", signed)
        require(form and len(raw) <= NOTE_MAX and 1 <= len(lines) <= 64 and signed == "".join(
            f"— {name} {line}\n" for name, line in lines), "it has not the form of a log checkpoint")
        self.text, self.origin, self.size, self.root = body + "\n", form[1], int(form[2]), b64(form[3])
        self.lines = [(name, b64(line)[:4], b64(line)[4:]) for name, line in lines]
        require(len(self.root) == 32 and self.size < 2**63 and all(s for _, _, s in self.lines), "a field of another length")

    def signed(self, name: str, kind: int, key: bytes) -> bool | None:
        """Whether all lines of this key verify; None where it has none."""
        key_id = sha(name.encode("utf-8", "surrogateescape"), b"\n", bytes([kind]), key)[:4]
        lines = [line for n, i, line in self.lines if (n, i) == (name, key_id)]
        return all(verifies((ML if kind == 6 else ED) + key, s[8 * (kind > 1):], self.message(name, kind, s[:8]))
                   for s in lines) if lines else None

    def message(self, name: str, kind: int, stamp: bytes) -> bytes:
        label, origin, time = name.encode(), self.origin.encode(), int.from_bytes(stamp)
        if kind == 1:
            return self.text.encode()
        if time >= 2**63 or (name == self.origin and time == 0):
            return b"never signed"
        return f"cosignature/v1\ntime {time}\n{self.text}".encode() if kind == 4 else b"".join((
            b"subtree/v1\n\0", bytes([len(label)]), label, stamp, bytes([len(origin)]), origin, bytes(8),
            self.size.to_bytes(8), self.root))

class Trust:
    """A C2SP tlog-policy, with `entry` and `ca` lines besides (LEDGER.md, section 4)."""
    def __init__(self, raw: bytes) -> None:
        require(raw.endswith(b"\n") and len(raw) <= TRUST_MAX and not re.search(rb"[\0-\x08\x0b-\x1f\x7f]", raw), "its bytes")
        self.logs, self.anchors, self.entry, quorums, members = [], [], set(), [], []
        self.names: dict[str, tuple] = {"none": (0, [])}  # of a witness (name, kind, key), of a group (how many, of whom)
        for line in raw.split(b"\n"):
            match [item.decode("utf-8", "surrogateescape") for item in line.split()]:
                case []: pass
                case [item, *_] if item[0] == "#": pass
                case ["log", vkey] | ["log", vkey, _]: self.logs.append(read_vkey(vkey, (1, 6)))
                case ["witness", name, vkey] | ["witness", name, vkey, _] if name not in self.names:
                    self.names[name] = read_vkey(vkey, (4, 6))
                case ["group", name, k, *of] if name not in self.names and of and set(of) <= set(self.names) - {"none"}:
                    self.names[name] = ({"all": len(of), "any": 1}.get(k) or int(re.fullmatch("[1-9][0-9]{0,5}", k)[0]), of)
                    members += of
                    require(self.names[name][0] <= len(of) and len(members) == len(set(members)), "a group of others")
                case ["quorum", name] if name in self.names and not quorums: quorums.append(name)
                case ["entry", origin, key] if TYPES["origin"](origin) and TYPES["digest"](key): self.entry.add((origin, key))
                case ["ca", domain, der]: self.anchors.append((domain, x509.load_der_x509_certificate(b64(der))))
                case _: raise Wrong(f"a line that means nothing here: {line[:80]!r}")
        self.witnesses = [of for of in self.names.values() if len(of) == 3]
        for keys in self.logs, self.witnesses:
            require(len(keys) == len({key for _, _, key in keys}) and quorums, "a key that is listed twice, or no quorum")
        self.quorum = quorums[0]

    def met(self, note: Note) -> bool:
        done: dict[str, bool] = {}
        for name, of in self.names.items():
            done[name] = note.signed(*of) is True if len(of) == 3 else sum(done[m] for m in of[1]) >= of[0]
        return done[self.quorum]

def read_vkey(line: str, kinds: tuple[int, ...]) -> tuple[str, int, bytes]:
    name, key_id, rest = line.split("+", 2)
    raw = b64(rest)
    require(name and raw[0] in kinds and good_key((ML if raw[0] == 6 else ED) + raw[1:]) and key_id == sha(
        name.encode("utf-8", "surrogateescape"), b"\n", raw)[:4].hex(), "no key of this kind")
    return name, raw[0], raw[1:]

def chain_of(raw: bytes, listed: bytes, spiffe: str) -> list[x509.Certificate]:
    """The certificates of a key proof, whose leaf has signed this list (SPEC, section 10)."""
    proof = parse(raw)
    check(proof, "list:base64 signature:base64 algorithm:ecdsa-p256-sha256|ed25519|rsa-pss-sha256 chain:base64*", "proof")
    chain = [x509.load_der_x509_certificate(b64(c)) for c in proof["chain"]]
    require(1 <= len(chain) <= 4 and b64(proof["list"]) == listed, "its key proof is of another list")
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    require(names.get_values_for_type(x509.UniformResourceIdentifier) == [spiffe], "its key proof is by another's leaf")
    leaf, signature, message = chain[0].public_key(), b64(proof["signature"]), b"carnet key binding v1\0" + sha(listed)
    match proof["algorithm"], leaf:
        case "ecdsa-p256-sha256", ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            leaf.verify(signature, message, ec.ECDSA(SHA256()))
        case "rsa-pss-sha256", rsa.RSAPublicKey() if 2048 <= leaf.key_size <= 8192:
            leaf.verify(signature, message, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
        case "ed25519", ed25519.Ed25519PublicKey() if good_key(ED + leaf.public_bytes_raw()):
            require(verifies(ED + leaf.public_bytes_raw(), signature, message), "its leaf has not signed its key proof")
        case _: raise Wrong("its key proof is by a key of another kind")
    return chain

def leads(chain: list[x509.Certificate], anchor: x509.Certificate) -> bool:
    """RFC 5280 at some moment of the leaf's life; what has critical extensions that are not known here is not believed."""
    path = chain if chain[-1:] == [anchor] else [*chain, anchor]
    try:
        ext = [{type(e.value): e.value for e in c.extensions} for c in path]
        for n, (cert, issuer) in enumerate(zip(path, path[1:])):
            cert.verify_directly_issued_by(issuer)
            basic, usage = ext[n + 1][x509.BasicConstraints], ext[n + 1].get(x509.KeyUsage)
            require(basic.ca and n <= (n if basic.path_length is None else basic.path_length), "no CA, or not for so many")
            require(usage is None or usage.key_cert_sign, "no CA")
        basic, usage, use = map(ext[0].get, (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage))
        return (len(path) > 1 and {type(e.value) for c in path for e in c.extensions if e.critical} <= {
                    x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName}
                and max(c.not_valid_before_utc for c in path) <= min(c.not_valid_after_utc for c in path)
                and usage.digital_signature and not (usage.key_cert_sign or usage.crl_sign or (basic and basic.ca))
                and (use is None or EKU.SERVER_AUTH in use or EKU.CLIENT_AUTH in use))
    except REFUSED:
        return False

# ---- one ledger: LEDGER.md, sections 3 and 4

class Entry:
    def __init__(self, ledger: "Ledger", index: int, raw: bytes) -> None:
        envelope = parse(raw)
        check(envelope, "payload:base64 payloadType:application/vnd.in-toto+json signatures:signature*", "envelope")
        payload, ids = b64(envelope["payload"]), [s["keyid"] for s in envelope["signatures"]]
        require(len(raw) <= ENTRY_MAX and 1 <= len(ids) <= 4 and ids == sorted(set(ids)), "too large, or signed in no order")
        said = parse(payload)
        check(said, "_type:https://in-toto.io/Statement/v1 subject:subject* predicateType:text predicate", "statement")
        (subject,), self.says, self.kind = said["subject"], said["predicate"], said["predicateType"][19:-3]
        require(said["predicateType"] == f"https://carnet.dev/{self.kind}/v1" and self.kind in PREDICATES, "what is that?")
        self.subject, (of, table) = subject["digest"]["sha256"], PREDICATES[self.kind]
        check(self.says, "daemon:spiffe origin time " + table, self.kind)
        require(of in ("", subject["name"]) and together(self.kind, self.says, subject["name"], self.subject)
                and self.says.get("peer") != self.says["daemon"] and (MAYBE not in table or len(
                    {m in self.says for m in ("transfer", "role", "peer")}) == 1), "members that do not go together")
        self.ledger, self.index, self.raw, self.digest, self.place = ledger, index, raw, sha(payload).hex(), f"entry {index}"
        self.signatures = {s["keyid"]: b64(s["sig"]) for s in envelope["signatures"]}
        self.message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
        self.time, self.where = self.says["time"], (self.says.get("volume"), self.says.get("name"))
        self.sides = [self.says[s] for s in ("source", "destination") if s in self.says]

    def signed(self, keys: dict[str, bytes], ids: Iterable[str]) -> bool:
        return all(k in keys and verifies(keys[k], self.signatures.get(k, b""), self.message) for k in ids)

    def keys(self, purpose: str = "entry") -> dict[str, bytes]:
        """Of a key binding: by key id, Ed25519 first."""
        return {sha(b64(k)).hex(): b64(k) for _, k in sorted(self.says["list"]["keys"][purpose].items())}

def mth(hashes: list[bytes]) -> bytes:
    """The root over hashes: neighbours are joined, and one that is left over moves up."""
    while len(hashes) > 1:
        hashes = [sha(b"\1", *hashes[n:n + 2]) if n + 1 < len(hashes) else hashes[n] for n in range(0, len(hashes), 2)]
    return hashes[0] if hashes else sha()

class Ledger:
    def __init__(self, name: str, trust: Trust | None) -> None:
        self.name, self.origin, self.size, self.root, self.daemon, self.whole = name, "", 0, "", "", False
        self.entries, self.leaves, self.found = list[Entry](), list[bytes](), list[Finding]()
        self.bindings: list[tuple[Entry, list[x509.Certificate]]] = []
        try:
            self.verify(trust)
        except Wrong as e:
            self.tell(*e.args)
        except OSError as e:
            self.tell("unreadable", os.path.relpath(e.filename or name, name), e.strerror or "", "unreadable")
        self.verdict = worst(self.found, ("unreadable", "wrong", "incomplete"))

    def tell(self, kind: str, place: str, sentence: str, weight: str = "wrong") -> None:
        self.found.append((self, kind, place, sentence, weight))

    def open(self, path: str) -> BinaryIO:
        return open(os.path.join(self.name, path), "rb", opener=lambda p, flags: os.open(p, flags | os.O_NONBLOCK))

    def read(self, path: str, most: int) -> bytes | None:
        """One byte more than the most, where it has more; None where it is not there."""
        try:
            with self.open(path) as file:
                return file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def tiles(self, level: int | str, count: int, most: int) -> Iterator[tuple[str, bytes, int, int]]:
        """Over so many hashes: place, bytes, how many are wanted, how many there are: the full one stands for a partial one."""
        for first in range(0, count, 256):
            digits, width = str(first // 256), min(256, count - first)
            *above, last = re.findall("...", digits.zfill(len(digits) + -len(digits) % 3))
            full = "/".join([f"tile/{level}", *("x" + group for group in above), last])
            path = full if width == 256 else f"{full}.p/{width}"
            part = self.read(path, most)
            raw = self.read(full, most) if part is None else part
            if raw is None:
                raise Wrong("unreadable", path, "it is not there, and the size demands it", "unreadable")
            yield path, raw, width, 256 if part is None else width

    def verify(self, trust: Trust | None) -> None:
        raw = self.read("checkpoint", NOTE_MAX)
        if raw is None:
            raise Wrong("unreadable", "checkpoint", "it is not there: this is no ledger", "unreadable")
        try:
            note = Note(raw)
        except REFUSED as e:
            raise Wrong("checkpoint", "checkpoint", str(e)) from None
        self.origin, self.size, self.root, raws = note.origin, note.size, note.root.hex(), list[bytes]()
        for path, raw, width, there in self.tiles("entries", note.size, BUNDLE_MAX):
            at, found = 0, list[bytes]()
            while at < len(raw):
                start, at = at + 2, at + 2 + int.from_bytes(raw[at:at + 2])
                found.append(raw[start:at])
            if at != len(raw) or len(found) != there:
                raise Wrong("bundle", path, f"it has not exactly {there} entries")
            raws += found[:width]
        self.leaves = hashes = [sha(b"\0", raw) for raw in raws]
        level = 0
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
                self.entries.append(Entry(self, index, raw))
            except REFUSED as e:
                self.tell("entry", f"entry {index}", str(e))
            else:
                self.judge(self.entries[-1])
        log = [*self.bindings[-1][0].keys("log").values()] if self.bindings else []
        if not log or not note.signed(self.origin, 1, log[0][12:]) or not note.signed(self.origin, 6, log[1][22:]):
            self.tell("log-signature", "checkpoint", "the log keys of the newest key binding have not both signed it")
        if self.whole:
            self.vouch(note, trust)

    def judge(self, e: Entry) -> None:
        p, us, them = e.says, (self.daemon, self.origin), (e.says["daemon"], e.says["origin"])
        if e.kind == "key-binding":
            return self.bind(e, self.bindings[-1][0] if self.bindings else None)
        blob = e.subject if e.kind in ("policy-change", "trust-change") else p.get("chunks", p.get("sessionsMore"))
        if blob:
            self.blob(e, blob)
        if not self.bindings:
            if not any("before the first" in sentence for _, _, _, sentence, _ in self.found):
                self.tell("binding", e.place, "it stands before the first key binding")
            return
        mine = {(s["id"], s["origin"]): s for s in e.sides} or {them: {}}
        keys = self.bindings[-1][0].keys()
        if us not in mine:
            self.tell("entry", e.place, f"it is of {them[0]}, and of the ledger {them[1]}")
        elif e.kind == "transfer-receipt":
            if len(e.signatures) != 4 or not e.signed(self.ever(mine[us]["entryKeys"]), mine[us]["entryKeys"]):
                self.tell("signature", e.place, "not signed by both sides, or not by keys in force here that it names")
        elif us == them and not e.signed(keys, [*keys][:2 if e.kind == "seal" else 1]):
            self.tell("signature", e.place, "it is not signed by the entry keys in force")

    def ever(self, ids: list[str]) -> dict[str, bytes]:
        """The entry keys with these ids, where they have been in force."""
        return next((keys for binding, _ in self.bindings if [*(keys := binding.keys())] == ids), {})

    def bind(self, e: Entry, before: Entry | None) -> None:
        listed, keys, chain = e.says["list"], e.keys(), list[x509.Certificate]()
        try:
            if self.blob(e, e.says["proof"]):
                proof = self.read(f"blobs/sha256/{e.says['proof']}", PROOF_MAX) or b""
                require(len(proof) <= PROOF_MAX, "its key proof is too large")
                chain = chain_of(proof, canonical(listed), e.says["daemon"])
            require(e.says["origin"] == self.origin and self.daemon in ("", e.says["daemon"])
                    and listed["previous"] == (before.digest if before else ""), "it does not follow the one before")
            require(e.signed(keys, keys) and (not before or e.signed(before.keys(), before.keys())),
                    "it is not signed by both of its entry keys, or not by those before")
            self.daemon = e.says["daemon"]
            self.bindings.append((e, chain))
        except REFUSED as why:
            self.tell("binding", e.place, str(why) or type(why).__name__)

    def blob(self, e: Entry, digest: str) -> bool:
        try:
            with self.open(path := f"blobs/sha256/{digest}") as file:
                right = hashlib.file_digest(file, "sha256").hexdigest() == digest
        except (FileNotFoundError, NotADirectoryError):
            self.tell("blob", e.place, f"it names {path}, which is not there", "incomplete")
            return False
        if not right:
            self.tell("blob", e.place, f"it names {path}, which has other bytes")
        return right

    def vouch(self, note: Note, trust: Trust | None) -> None:
        def tell(place: str, sentence: str) -> None: self.tell("trust", place, sentence, "incomplete")
        if trust is None:
            return tell("checkpoint", "consistent with itself: without a trust file nobody's word is checked")
        if {note.signed(*k) for k in trust.logs if k[0] == self.origin} - {None} != {True}:
            tell("checkpoint", "no listed key of this log has signed it, or one has not rightly")
        if not trust.met(note) or any(note.signed(*k) is False for k in trust.witnesses):
            tell("checkpoint", f"the quorum {trust.quorum} is not met, or a listed witness has not signed rightly")
        before: set[str] = set()
        for binding, chain in self.bindings:
            keys, domain = set(binding.keys()), binding.says["daemon"].split("/")[2]
            if not any((self.origin, k) in trust.entry for k in keys | before) and not any(
                    d == domain and leads(chain, anchor) for d, anchor in trust.anchors):
                tell(binding.place, "no listed entry key has signed this key binding, and it leads to no listed anchor")
            before = keys

Finding = tuple[Ledger, str, str, str, str]  # kind, place, sentence, and the verdict that it makes

def worst(found: list[Finding], order: tuple[str, ...]) -> str:
    return next((verdict for verdict in order if any(f[4] == verdict for f in found)), "verifies")

# ---- two ledgers: section 5

def compare(a: Ledger, b: Ledger) -> Iterator[Finding]:
    """What a has to do with b."""
    if a.origin == b.origin and a.whole and b.whole and a.size >= b.size and mth(a.leaves[:b.size]) != mth(b.leaves):
        yield a, "fork", "checkpoint", f"it does not begin with what is in {b.name}", "wrong"
    if a.origin == b.origin or not {a.verdict, b.verdict} <= {"verifies", "incomplete"}:
        return
    theirs, told = {e.digest: e for e in b.entries}, set[str]()
    for e in a.entries:
        other, fitting = theirs.get(e.digest), {s["origin"] for s in e.sides} == {a.origin, b.origin}
        named = [(b, e.says["peerIntent"])] if "peerIntent" in e.says and e.says["peerOrigin"] == b.origin else []
        if e.kind == "transfer-receipt" and fitting:
            sides = [(a if s["origin"] == a.origin else b, s) for s in e.sides]
            named = [(ledger, s["intent"]) for ledger, s in sides]
            if other is None:
                yield a, "receipt-missing", e.place, f"{b.name} does not have it", "incomplete"
            elif other.raw != e.raw:
                yield a, "receipt-differs", e.place, f"{other.place} of {b.name} has other bytes", "wrong"
            if not all(e.signed(ledger.ever(s["entryKeys"]), s["entryKeys"]) for ledger, s in sides):
                yield a, "receipt-signature", e.place, "a half is not signed by keys that were in force", "wrong"
        if e.kind == "seal" and fitting and e.says["origin"] == b.origin:
            wrong = (other and other.raw != e.raw) or not any(e.signed(k.keys(), k.keys()) for k, _ in b.bindings)
            if wrong or other is None:
                yield a, "seal-missing", e.place, f"{b.name} does not have it so", "wrong" if wrong else "incomplete"
        for ledger, intent in named:
            if intent not in told | {i.digest for i in ledger.entries if i.kind == "transfer-intent"}:
                yield a, "intent-missing", e.place, f"{ledger.name} does not have an intent that it names", "incomplete"
                told.add(intent)
        if e.kind == "observed-fork" and e.says["peerOrigin"] == b.origin:
            keys = next((k.keys("log") for k, _ in b.bindings if k.digest == e.says["binding"]), {})
            signed = [Note(e.says[n].encode()).signed(b.origin, kind, key[skip:]) for n in ("first", "second")
                      for kind, skip, key in zip((1, 6), (12, 22), keys.values())]
            if not signed or not all(signed):
                yield a, "fork", e.place, "not signed by those log keys, or by none", "wrong" if signed else "incomplete"

# ---- custody: section 6

Copy = dict[str, Any]
ENDS = [("destroyed", "destruction"), ("released", "possession-released"), ("destroying", "destruction-intent")]
DESTINATION = [*ENDS, ("held", "possession", "transfer-receipt"), ("one-sided", "possession"),
               ("", "transfer-abort", "staging-destroyed"), ("partial", "transfer-abort"), ("possible", "transfer-intent")]
SOURCE = [("receipted", "transfer-receipt"), ("partial", "transfer-abort"), ("possible", "transfer-intent")]
FACTS = ["possession", "seal", "transfer-receipt", "receipt-pending"]

def order(e: Entry) -> tuple[str, int]:
    return e.ledger.origin, e.index

def first(entries: Iterable[Entry], kind: str, ledger: Ledger | None, role: str | None = None) -> Entry | None:
    return next((e for e in entries if e.kind == kind and e.ledger is (ledger or e.ledger)
                 and role in (None, e.says.get("role"))), None)

def decide(of: list[Entry], rows: list[tuple[str, ...]], ledger: Ledger) -> tuple[str, Entry]:
    """The first row of which all is there: the state, and the entry that gave it."""
    return next((state, e) for state, kind, *more in rows
                if (e := first(of, kind, ledger)) and all(first(of, k, ledger) for k in more))

def ending(state: str, gave: Entry, began: Entry | None, where: tuple[str | None, str | None]) -> Copy:
    until = gave if state in ("destroyed", "released") else None
    seen = [e for e in began.ledger.entries if e.kind == "possession" and (e is began or (
        e.subject == began.subject and e.where == where and e.index > began.index))
        and (until is None or e.index < until.index)] if began else []
    return {"state": state, "until": until and until.time, "verified": seen[-1].time if seen else None}

def of_transfer(good: dict[str, Ledger], transfer: str, of: list[Entry]) -> Iterator[tuple[str, Copy]]:
    """Its copies, and the content of each."""
    facts = [e for kind in FACTS if (e := first(of, kind, None))]
    for ledger in good.values():
        for role, other in ("destination", "source"), ("source", "destination"):
            intent = first(of, "transfer-intent", ledger, role)
            peer = good.get(intent.says["peerOrigin"]) if intent else None
            theirs = first(of, "transfer-intent", peer, other) if peer else None
            if not intent or (role == "source" and theirs):
                continue
            p, at_destination = intent.says, role == "destination"
            s, d = (theirs.says if theirs else {}, p) if at_destination else (p, {})
            state, gave = decide(of, DESTINATION if at_destination else SOURCE, ledger)
            if state and (at_destination or state != "partial" or gave.says["exposedBytesMax"] != "0"):
                began = first(of, "possession", ledger) if at_destination else None
                yield facts[0].says["content"] if facts else "", {
                    "origin": ledger.origin if at_destination else p["peerOrigin"], "transfer": transfer, "entries": of,
                    "holder": p["daemon" if at_destination else "peer"], "from": p["peer" if at_destination else "daemon"],
                    "volume": p["volume"], "name": p["name"], **ending(state, gave, began, intent.where),
                    "since": (began or (gave if state == "receipted" else intent)).time, "principal": p["principal"],
                    "tree": facts[0].subject if facts else d.get("tree", s.get("tree")),
                    "grant": d.get("grant", s.get("grant")), "sourceRule": s.get("rule"), "sourcePolicy": s.get("policy"),
                    "destinationRule": d.get("rule"), "destinationPolicy": d.get("policy")}

def adopted(began: Entry) -> tuple[str, Copy]:
    later = [e for e in began.ledger.entries if e.index > began.index and e.where == began.where and "transfer" not in e.says]
    until = next((e.index for e in later if e.says.get("state") == "adopted"), 2**63)
    of = [began, *(e for e in later if e.index < until and e.subject == began.subject and e.kind in dict(map(reversed, ENDS)))]
    state, gave = decide(of, [*ENDS, ("held", "possession")], began.ledger)
    return began.says["content"], {
        "origin": began.ledger.origin, "holder": began.says["daemon"], "volume": began.where[0], "name": began.where[1],
        "since": began.time, "tree": began.subject, **ending(state, gave, began, began.where), "entries": of}

def custody(ledgers: list[Ledger]) -> dict[str, Any]:
    good = {l.origin: l for l in sorted(ledgers, key=lambda l: l.origin) if l.verdict in ("verifies", "incomplete")}
    missing, transfers, seals = set[tuple[str, str]](), dict[str, list[Entry]](), dict[tuple[str, str], list[Entry]]()
    copies, checkpoints = list[tuple[str, Copy]](), dict[tuple[bool, str, str], list[Copy]]()
    for e in (e for l in good.values() for e in l.entries):
        missing |= {(s["origin"], s["id"]) for s in e.sides}
        if e.kind == "transfer-intent":
            missing.add((e.says["peerOrigin"], e.says["peer"]))
        if e.kind == "seal" and good.get(e.says["origin"], e.ledger) is e.ledger:
            seals.setdefault((e.says["content"], e.says["origin"]), []).append(e)
        if "transfer" in e.says:
            transfers.setdefault(e.says["transfer"], []).append(e)
        elif e.kind == "possession" and e.says["state"] == "adopted":
            copies.append(adopted(e))
    copies += [copy for transfer, of in transfers.items() for copy in of_transfer(good, transfer, of)]
    held = {(content, c["origin"]) for content, c in copies if c["state"] in ("held", "one-sided", "destroying")}
    for (content, origin), of in seals.items():
        if (content, origin) not in held:
            one = min(of, key=lambda e: (e.time, *order(e)))
            copies.append((content, {"origin": origin, "holder": one.says["daemon"], "volume": "", "name": "",
                                     "state": "source", "since": one.time, "tree": one.subject, "entries": of}))
    for content, c in copies:
        checkpoints.setdefault((not content, content, "" if content else c["transfer"]), []).append(c)
    return {"version": 1, "missing": [{"origin": o, "daemon": d} for o, d in sorted(missing) if all(
        o != l.origin for l in ledgers)], "ledgers": [
            {"origin": l.origin, "daemon": l.daemon if good.get(l.origin) is l else "", "size": l.size, "root": l.root,
             "verdict": l.verdict} for l in sorted(ledgers, key=lambda l: l.origin)],
        "checkpoints": [told(content, group) for (_, content, _), group in sorted(checkpoints.items())]}

def told(content: str, group: list[Copy]) -> dict[str, Any]:
    """A checkpoint, as JSON."""
    group.sort(key=lambda c: (c["origin"], c["volume"], c["name"], c["since"], c.get("transfer", ""), order(c["entries"][0])))
    size = sorted((e for c in group for e in c["entries"] if e.kind in FACTS[:3]), key=order)
    return {"content": content, "trees": sorted({c["tree"] for c in group if c["tree"]}),
            "names": sorted({f"{c['volume']}/{c['name']}" for c in group if c["volume"]}),
            **{member: size[0].says[member] for member in ("files", "logicalBytes") if size},
            "copies": [{member: v for member, v in {**c, "entries": [{"origin": e.ledger.origin, "index": e.index, "what":
                        e.kind} for e in c["entries"]]}.items() if v is not None} for c in group]}

def main() -> int:
    parser = argparse.ArgumentParser(description="Verifies ledgers (LEDGER.md).")
    parser.add_argument("ledger", nargs="+", help="a directory")
    parser.add_argument("--trust", help="a trust file")
    parser.add_argument("--custody", action="store_true", help="what they say about copies, as JSON")
    args = parser.parse_args()
    try:
        with open(args.trust or os.devnull, "rb") as file:
            trust = Trust(file.read(TRUST_MAX + 1)) if args.trust else None
    except (OSError, *REFUSED) as e:
        print(f"unreadable\t{args.trust}\t{e}", file=sys.stderr)
        return 3
    ledgers = [Ledger(name, trust) for name in args.ledger]
    found = [f for l in ledgers for f in l.found] + [f for a in ledgers for b in ledgers if a is not b for f in compare(a, b)]
    for ledger, kind, place, sentence, _ in found:
        print(f"{kind}\t{ledger.name}: {place}\t{sentence}", file=sys.stderr if args.custody else sys.stdout)
    for l in ledgers:
        print(f"{l.verdict}\t{l.name}\t{l.origin}, {l.size} entries", file=sys.stderr if args.custody else sys.stdout)
    verdict = worst(found, ("wrong", "unreadable", "incomplete"))
    if args.custody:
        if len({l.origin for l in ledgers} - {""}) < sum(l.origin != "" for l in ledgers):
            parser.error("two ledgers of one origin")
        derived = custody(ledgers)
        print(canonical(derived).decode())
        verdict = "incomplete" if verdict == "verifies" and derived["missing"] else verdict
    return {"wrong": 5, "unreadable": 3, "incomplete": 9, "verifies": 0}[verdict]

if __name__ == "__main__":
    sys.exit(main())
