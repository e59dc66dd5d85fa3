#!/usr/bin/env python3
"""verify.py LEDGER... [--trust FILE] [--custody]: verifies ledgers, and says what they say about copies.

Written from SPEC.md and LEDGER.md in the folder above and from nothing else. Prints `<kind> TAB <ledger>: <place> TAB
<sentence>` for each finding, then verdicts; with --custody the JSON of LEDGER.md, section 6, and the rest to stderr.
Exits with 0: all verify and are vouched for; 3: one cannot be read; 5: one is wrong; 9: something is missing, or nobody
vouches for it. What is hostile is read within `except Exception`: it fails closed.
"""
import argparse, base64, hashlib, json, os, re, sys
from collections import defaultdict
from datetime import datetime
from functools import cache, partial
from itertools import permutations, takewhile
from typing import Any, Iterable, Iterator
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ENTRY_MAX, PROOF_MAX, NOTE_MAX, TRUST_MAX, BUNDLE_MAX = 32_768, 24_576, 256 << 10, 4 << 20, 256 * (2 + 0xFFFF)
EXITS = {"wrong": 5, "unreadable": 3, "incomplete": 9, "verifies": 0}  # the worst first
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ED, ML, P256 = map(bytes.fromhex, ("302a300506032b6570032100", "30820532300b06096086480165030403110382052100",
                                   "3059301306072a8648ce3d020106082a8648ce3d03010703420004"))

class Wrong(Exception): """Something is not as the text demands; of a ledger, the finding that ends verification."""

def require(holds: object, sentence: str) -> None:
    if not holds: raise Wrong(sentence)
def sha(*parts: bytes) -> bytes: return hashlib.sha256(b"".join(parts)).digest()
def b64(text: str) -> bytes:
    require(base64.b64encode(raw := base64.b64decode(text, validate=True)).decode() == text, "not base64's one form")
    return raw
def canonical(value: Any) -> bytes:
    """RFC 8785 where names are ASCII: no table below has others."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def parse(raw: bytes) -> Any:
    """JSON in its one form: what is repeated, spaced or escaped needlessly does not come out as it went in."""
    require(canonical(value := json.loads(raw.decode())) == raw, "JSON that is not canonical")
    return value

def add(p: tuple[int, int], q: tuple[int, int]) -> tuple[int, int]:
    t = D * p[0] * q[0] * p[1] * q[1] % P
    return (p[0] * q[1] + p[1] * q[0]) * pow(1 + t, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - t, -1, P) % P

@cache
def good_key(spki: bytes) -> bool:
    """Each kind has one encoding; an Ed25519 key is in the prime-order group, and not its neutral element."""
    if spki.startswith(ML): return len(spki) == 1334
    if spki.startswith(P256): return bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), spki[26:]))
    y, sign, total = int.from_bytes(spki[12:], "little") & (1 << 255) - 1, spki[-1] >> 7, (0, 1)
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = root if (root := pow(xx, (P + 3) // 8, P)) ** 2 % P == xx else root * pow(2, (P - 1) // 4, P) % P
    for bit in f"{ORDER:b}" if x * x % P == xx else "1":
        total = add(total, total) if bit == "0" else add(add(total, total), (P - x if x % 2 != sign else x, y))
    return spki.startswith(ED) and len(spki) == 44 and total == (0, 1) and 1 < y < P

def verifies(spki: bytes, signature: bytes, message: bytes) -> bool:
    """Strict for a good key: R is compared with sB - hA, which is canonical and of prime order where the key is."""
    strict = int.from_bytes(signature[32:], "little") < ORDER and signature[:32] != b"\1" + bytes(31)
    try:
        if spki.startswith(ML): mldsa.MLDSA44PublicKey.from_public_bytes(spki[22:]).verify(signature, message)
        else: ed25519.Ed25519PublicKey.from_public_bytes(spki[12:]).verify(signature if strict else b"", message)
    except Exception: return False
    return True

# ---- statements: SPEC section 11 as tables of `member:type`, `?` where it may be absent, `*` for an array
# ---- a type is a name of TYPES or a pattern; without one it is the member's own name, or else digest

def fits(kind: str, v: Any, most: int = 1 << 20) -> bool:
    """Whether it is of this type, and a string has at most so many bytes."""
    if callable(rule := TYPES.get(kind, kind)): return rule(v)
    return isinstance(v, str) and re.fullmatch(rule, v) is not None and len(v.encode()) <= most

def check(table: str, what: str, value: dict[str, Any]) -> bool:
    """An object has exactly the members of its table."""
    types = {member.rstrip("?"): (kind, member[-1]) for member, _, kind in (m.partition(":") for m in table.split())}
    require({m for m, (_, last) in types.items() if last != "?"} <= {*value} <= {*types}, f"{what} has other members")
    for name, v in value.items():
        kind = types[name][0] or (name if name in TYPES else "digest")
        right = type(v) is list and all(fits(kind[:-1], one) for one in v) if kind[-1] == "*" else fits(kind, v)
        require(right, f"{what}.{name} is no {kind}")
    return True

PART = r"(?!\.{1,2}(?:/|\Z)|\.carnet(?:/|\Z))[^/\x00-\x1f\x7f]+"
PLAIN = r"[^\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
TYPES: dict[str, Any] = {
    "id": "[0-9a-f]{32}", "digest": "[0-9a-f]{64}", "previous": "([0-9a-f]{64})?", "iana": "[A-Za-z0-9_-]{1,64}",
    "origin": "[!-*,-~]{1,255}", "volume": "[a-z0-9][a-z0-9._-]{0,63}", "text": "(?s:.)+", "predicate": lambda v: True,
    "time": lambda v: v >= "1970" and v == datetime.fromisoformat(v[:-1]).isoformat("T", "milliseconds") + "Z",
    "count": lambda v: type(v) is int and 0 <= v <= 2**53, "members": lambda v: fits("count", v) and v <= 10**6,
    "from1": lambda v: fits("count", v) and v > 0, "some": lambda v: fits("members", v) and v > 0,
    "bytes": lambda v: fits("0|[1-9][0-9]{0,18}", v) and int(v) < 2**63, "base64": lambda v: bool(b64(v)),
    "spiffe": r"(?=.{1,2048}\Z)spiffe://[a-z0-9._-]{1,255}(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._-]+)+",
    "name": lambda v: fits(f"{PART}(/{PART}){{0,63}}", v, 400) and all(len(c.encode()) <= 255 for c in v.split("/")),
    "label": lambda v: fits(PLAIN, v, 256), "reason": lambda v: fits("text", v, 1024), "labels": lambda v: all(
        fits("[a-z0-9][a-z0-9._-]{0,62}", k) and fits("label", e) for k, e in v.items()) and 1 <= len(v) <= 16,
    "changed": lambda v: v in (["keys"], ["policy"], ["keys", "policy"]), "sig": lambda v: 1 <= len(b64(v)) <= 2420,
    "entryKeys": lambda v: type(v) is list and len(v) == 2 and all(fits("digest", one) for one in v),
    **{name: lambda v, start=start: b64(v).startswith(start) and good_key(b64(v)) for name, start in (
        ("ed25519", ED), ("mldsa44", ML), ("p256", P256))}, "code": "|".join("""VERSION LIMIT
        UNKNOWN_PEER PROTOCOL TIMEOUT SHUTTING_DOWN REPLACED IDENTITY KEY_BINDING BUSY UNSUPPORTED POLICY BAD_NAME
        NAME_TAKEN NAME_CONFLICT NO_SPACE READ_ONLY UNKNOWN_TRANSFER OFFER_MISMATCH CHUNK_MISMATCH FILE_MISMATCH EXPIRED
        TREE_MISMATCH SOURCE_CHANGED BAD_STATEMENT RECEIPT_MISMATCH CANCELLED NO_BEGIN TOO_LATE STOPPED BAD_SOURCE
        STORAGE PAUSED CRITICAL_EXTENSION UNKNOWN_CHECKPOINT INTERNAL""".split())}
TYPES |= {"statement": r"https://in-toto\.io/Statement/v1", "dsse": r"application/vnd\.in-toto\+json"}
SIDE = "intent entryKeys time logSize?:from1 root?"
TYPES |= {name: partial(check, table, name) for name, table in {
    "part": "index:count of:count", "end": "id:spiffe origin", "place": "id:spiffe origin volume name",
    "giver": "id:spiffe origin seal " + SIDE, "taker": "id:spiffe origin volume name possession " + SIDE,
    "list": "spiffeId:spiffe origin previous keys", "keys": "entry:pq log:pq witness:pq manifest", "manifest": "p256",
    "pq": "ed25519 mldsa44", "signature": "keyid sig", "subject": "name:text digest:sha256", "sha256": "sha256:digest",
    "session": "id sourceKey destinationKey group:iana suite:iana exporter opened:time closed?:time"}.items()}
ABOUT, MAYBE = "transfer:id role:source|destination peer:spiffe ", "transfer?:id role?:destination peer?:spiffe "
AT, HELD = "volume name ", "volume name content files:members logicalBytes:bytes "
WHOLE = "content files:members directories:members logicalBytes:bytes transfer:id offer checkpoint:id partOf? "
PREDICATES = {  # the subject's name, and the members besides those that all have
    "key-binding": ("", "list proof"), "policy-change": ("policy", "previous?"), "trust-change": ("trust", "previous?"),
    "transfer-intent": ("offer", ABOUT + AT + "checkpoint:id mode:open|sealed direction:push|pull tree? partOf? "
        "request? labels? members:some logicalBytesMax:bytes part principal:label rule:label grant?:label policy "
        "peerOrigin:origin peerIntent?"), "seal": ("tree", WHOLE + "source:end destination:place"),
    "transfer-receipt": ("tree", WHOLE + "wireBytes:bytes resentBytes:bytes source:giver destination:taker "
        "sessions:session* sessionsMore?"), "staging-destroyed": ("offer", ABOUT + AT),
    "possession": ("tree", MAYBE + HELD + "state:publishing|verified|adopted seal? request?:id asker?:spiffe partOf?"),
    "transfer-abort": ("offer", ABOUT + "code reason exposedBytesMax:bytes chunks"), "daemon-start": ("software",
        "version:label stopped:first|clean|unclean"), "destruction": ("tree", MAYBE + AT + "intent"),
    "transfer-resumed": ("offer", ABOUT + "changed session:id policy rule:label peerBinding"),
    "refusal": ("policy", "peer?:spiffe principal?:label code volume? reason count:from1 from:time to:time"),
    "destruction-intent": ("tree", MAYBE + HELD + "principal:label grant:label policy"),
    "possession-released": ("tree", MAYBE + AT + "reason"),
    "receipt-pending": ("tree", ABOUT + AT + "offer checkpoint:id content seal possession? receipt? since:time"),
    "observed-fork": ("fork", "peer:spiffe peerOrigin:origin binding firstBinding? first:text second:text proof?:digest*")}

def together(kind: str, p: dict[str, Any], name: str, digest: str) -> bool:
    """What has to hold between members."""
    has, source, pull = p.__contains__, p.get("role") == "source", p.get("direction") == "pull"
    match kind:
        case "key-binding":
            listed = p["list"]["spiffeId"], p["list"]["origin"], sha(canonical(p["list"])).hex()
            return (name, p["origin"], digest) == listed and name == p["daemon"]
        case "transfer-intent":
            return (has("tree") == (p["mode"] == "sealed") and has("request") == pull and has("peerIntent") == source
                    and (has("tree") if pull else not has("partOf")) and not (has("grant") and source == pull)
                    and p["part"]["index"] < p["part"]["of"] <= 65_536)
        case "seal" | "transfer-receipt":
            ends, sessions = [p["source"], p["destination"]], p.get("sessions", [])
            own, opened = ends[kind != "seal"], [s["opened"] for s in sessions]
            return ((own["id"], own["origin"]) == (p["daemon"], p["origin"]) and ends[0]["id"] != ends[1]["id"]
                    and 1 <= p["files"] + p["directories"] <= 10**6 and opened == sorted(opened)
                    and 8 * has("sessionsMore") <= len(sessions) == len({s["id"] for s in sessions}) <= 8
                    and all(("logSize" in end) == ("root" in end) for end in ends))
        case "possession":
            return (has("transfer") == has("seal") == (p["state"] == "publishing") and p.get("asker") != p["daemon"]
                    and has("request") == has("asker") <= (p["state"] == "verified"))
        case "staging-destroyed": return not source
        case "refusal": return has("peer") != has("principal") and p["from"] <= p["to"]
        case "policy-change" | "trust-change": return p.get("previous") != digest
        case "receipt-pending": return has("possession") == has("receipt") != source
        case "observed-fork":
            one, two = Note(p["first"].encode()), Note(p["second"].encode())
            old, new = roots(one.size, two.size, [*map(bytes.fromhex, p.get("proof", [two.root.hex()]))])
            return (digest == sha((p["first"] + p["second"]).encode()).hex() and has("proof") == (one.size < two.size)
                    and p.get("firstBinding") != p["binding"]
                    and [one.origin, two.origin, *(n for n, _, _ in one.lines + two.lines)] == [p["peerOrigin"]] * 6
                    and old != one.root and new == two.root)
    return True

def roots(old: int, new: int, proof: list[bytes]) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof leads to (RFC 6962, section 2.1.2); its first hash is never left out."""
    require(0 < old <= new and proof and (old < new or len(proof) == 1), "a proof between other sizes")
    if old == new: return proof[0], proof[0]
    left, (*rest, last) = 1 << (new - 1).bit_length() - 1, proof
    one, two = roots(old, left, rest) if old <= left else roots(old - left, new - left, rest)
    return (one, sha(b"\1", two, last)) if old <= left else (sha(b"\1", last, one), sha(b"\1", last, two))

# ---- what a log signs, and who is trusted

class Note:
    """A log checkpoint: a C2SP signed note of three lines."""
    def __init__(self, raw: bytes) -> None:
        body, _, signed = raw.decode().rpartition("\n\n")
        form = re.fullmatch(r"([!-*,-~]{1,255})\n(0|[1-9][0-9]{0,18})\n(.{44})\n", body + "\n")
        signed_by = re.fullmatch(r"(— [^\s+\0-\x1f]+ [A-Za-z0-9+/=]+\n){1,64}", signed)
        require(form and signed_by and len(raw) <= NOTE_MAX, "it has not the form of a log checkpoint")
        self.text, self.origin, self.size, self.root = form[0], form[1], int(form[2]), b64(form[3])
        lines = [(line.split(" ")[1], b64(line.split(" ")[2])) for line in signed.splitlines()]
        self.lines = [(name, line[:4], line[4:]) for name, line in lines]
        require(len(self.root) == 32 and self.size < 2**63 and all(s for _, _, s in self.lines), "a field is too short")
    def signed(self, name: str, kind: int, key: bytes) -> bool | None:
        """Whether all lines of this key verify; None where it has none."""
        spki, of, by = (ML if kind == 6 else ED) + key, self.origin.encode(), raw_name(name)
        def holds(line: bytes) -> bool:
            if kind == 1: return verifies(spki, line, self.text.encode())
            time = int.from_bytes(stamp := line[:8])
            message = f"cosignature/v1\ntime {time}\n{self.text}".encode() if kind == 4 else b"".join((
                b"subtree/v1\n\0", bytes([len(by) & 255]), by, stamp, bytes([len(of)]), of, bytes(8),
                self.size.to_bytes(8), self.root))
            return (name == self.origin) <= time < 2**63 and verifies(spki, line[8:], message)
        lines = [line for n, i, line in self.lines if (n, i) == (name, key_id(name, bytes([kind]) + key))]
        return all(map(holds, lines)) if lines else None

def raw_name(name: str) -> bytes: return name.encode("utf-8", "surrogateescape")
def key_id(name: str, key: bytes) -> bytes: return sha(raw_name(name), b"\n", key)[:4]
def read_vkey(line: str, kinds: str) -> tuple[str, int, bytes]:
    name, ident, rest = line.split("+", 2)
    kind, key = (raw := b64(rest))[0], raw[1:]
    good = str(kind) in kinds and good_key((ML if kind == 6 else ED) + key)
    require(name and good and key_id(name, raw).hex() == ident, "no key of this kind, or of another id")
    return name, kind, key

class Trust:
    """A C2SP tlog-policy, with `entry` and `ca` lines besides (LEDGER.md, section 4)."""
    def __init__(self, raw: bytes) -> None:
        require(raw.endswith(b"\n") and len(raw) <= TRUST_MAX, "too large, or without a newline at its end")
        require(not re.search(rb"[\0-\x08\x0b-\x1f\x7f]", raw), "it has control characters")
        self.logs, self.anchors, self.entry, quorums, members = [], [], set(), [], []
        self.names: dict[str, tuple] = {"none": (0, [])}  # a witness: name, kind, key; a group: how many, of whom
        for line in raw.split(b"\n"):
            match [item.decode("utf-8", "surrogateescape") for item in line.split()]:
                case [*items] if not items or items[0][0] == "#": pass
                case ["log", vkey] | ["log", vkey, _]: self.logs.append(read_vkey(vkey, "16"))
                case ["witness", name, vkey] | ["witness", name, vkey, _] if name not in self.names:
                    self.names[name] = read_vkey(vkey, "46")
                case ["group", name, k, *of] if name not in self.names and of and {*of} <= {*self.names} - {"none"}:
                    need = {"all": len(of), "any": 1}.get(k) or int(re.fullmatch("[1-9][0-9]{0,5}", k)[0])
                    self.names[name], members = (need, of), members + of
                    require(need <= len(of) and len(members) == len({*members}), "too few, or one twice")
                case ["quorum", name] if name in self.names: quorums.append(name)
                case ["entry", of, key] if fits("origin", of) and fits("digest", key): self.entry.add((of, key))
                case ["ca", domain, der]: self.anchors.append((domain, x509.load_der_x509_certificate(b64(der))))
                case _: raise Wrong(f"a line that means nothing here: {line[:80]!r}")
        self.witnesses, (self.quorum,) = [of for of in self.names.values() if len(of) == 3], quorums
        for keys in self.logs, self.witnesses: require(len(keys) == len({k for *_, k in keys}), "a key is there twice")
    def met(self, note: Note) -> bool:
        done: dict[str, bool] = {}
        for name, of in self.names.items():
            done[name] = note.signed(*of) is True if len(of) == 3 else sum(done[m] for m in of[1]) >= of[0]
        return done[self.quorum]

def chain_of(raw: bytes, listed: bytes, spiffe: str) -> list[x509.Certificate]:
    """The certificates of a key proof, whose leaf has signed this list (SPEC, section 10)."""
    check("list:base64 signature:base64 algorithm:text chain:base64*", "its key proof", proof := parse(raw))
    chain = [x509.load_der_x509_certificate(b64(c)) for c in proof["chain"]]
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    require(len(raw) <= PROOF_MAX and len(chain) <= 4 and b64(proof["list"]) == listed and [spiffe]
            == names.get_values_for_type(x509.UniformResourceIdentifier), "its key proof is of others")
    leaf, signature, message = chain[0].public_key(), b64(proof["signature"]), b"carnet key binding v1\0" + sha(listed)
    match proof["algorithm"], leaf:
        case "ecdsa-p256-sha256", ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            leaf.verify(signature, message, ec.ECDSA(SHA256()))
        case "rsa-pss-sha256", rsa.RSAPublicKey() if 2048 <= leaf.key_size <= 8192:
            leaf.verify(signature, message, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
        case "ed25519", ed25519.Ed25519PublicKey() if good_key(key := ED + leaf.public_bytes_raw()):
            require(verifies(key, signature, message), "its leaf has not signed its key proof")
        case _: raise Wrong("its key proof is by a key of another kind")
    return chain

def leads(chain: list[x509.Certificate], anchor: x509.Certificate) -> bool:
    """RFC 5280 at some moment of the leaf's life; critical extensions that are not known here are not believed."""
    path, eku = chain if chain[-1:] == [anchor] else [*chain, anchor], x509.oid.ExtendedKeyUsageOID
    known = x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName
    try:
        of = [[{type(e.value): e.value for e in c.extensions}.get(kind) for kind in known] for c in path]
        for n, (cert, issuer) in enumerate(zip(path, path[1:])):
            cert.verify_directly_issued_by(issuer)
            (basic, usage, *_), most = of[n + 1], of[n + 1][0].path_length
            require(basic.ca and (most is None or n <= most) and (usage is None or usage.key_cert_sign), "no such CA")
        basic, usage, use, _ = of[0]
        return (len(path) > 1 and all(isinstance(e.value, known) for c in path for e in c.extensions if e.critical)
                and max(c.not_valid_before_utc for c in path) <= min(c.not_valid_after_utc for c in path)
                and usage.digital_signature and not (usage.key_cert_sign or usage.crl_sign or (basic and basic.ca))
                and (use is None or eku.SERVER_AUTH in use or eku.CLIENT_AUTH in use))
    except Exception: return False

# ---- one ledger: LEDGER.md, sections 3 and 4

class Entry:
    def __init__(self, ledger: "Ledger", index: int, raw: bytes) -> None:
        check("payload:base64 payloadType:dsse signatures:signature*", "envelope", dsse := parse(raw))
        payload, ids = b64(dsse["payload"]), [s["keyid"] for s in dsse["signatures"]]
        self.signatures = {s["keyid"]: b64(s["sig"]) for s in dsse["signatures"]}
        require(len(raw) <= ENTRY_MAX and 1 <= len(ids) <= 4 and ids == sorted({*ids}), "its size or signatures")
        check("_type:statement subject:subject* predicateType:text predicate", "statement", said := parse(payload))
        (about,), self.says, self.kind = said["subject"], said["predicate"], said["predicateType"][19:-3]
        require(said["predicateType"] == f"https://carnet.dev/{self.kind}/v1" and self.kind in PREDICATES, "its type")
        self.subject, (of, table), p = about["digest"]["sha256"], PREDICATES[self.kind], self.says
        check("daemon:spiffe origin time " + table, self.kind, p)
        whole = MAYBE not in table or len({member in p for member in ("transfer", "role", "peer")}) == 1
        require(of in ("", about["name"]) and p.get("peer") != p["daemon"] and whole
                and together(self.kind, p, about["name"], self.subject), "members that do not go together")
        self.ledger, self.index, self.raw, self.place = ledger, index, raw, f"entry {index}"
        self.order, self.chain, self.wrong = (ledger.origin, index), list[x509.Certificate](), False
        self.digest, self.sides = sha(payload).hex(), [p[s] for s in ("source", "destination") if s in p]
        self.message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
        self.time, self.where, self.by = p["time"], (p.get("volume", ""), p.get("name", "")), (p["daemon"], p["origin"])
    def signed(self, keys: dict[str, bytes], ids: Iterable[str]) -> bool:
        return all(k in keys and verifies(keys[k], self.signatures.get(k, b""), self.message) for k in ids)
    def keys(self, purpose: str = "entry") -> dict[str, bytes]:
        """Of a key binding: by key id, Ed25519 first."""
        return {sha(b64(k)).hex(): b64(k) for _, k in sorted(self.says["list"]["keys"][purpose].items())}
    def log_signed(self, note: Note) -> list[bool | None]:
        """Whether both log keys of a key binding have signed this."""
        one, two = self.keys("log").values()
        return [note.signed(self.says["origin"], 1, one[12:]), note.signed(self.says["origin"], 6, two[22:])]

def mth(hashes: list[bytes]) -> bytes:
    """The root over hashes: neighbours are joined, and one that is left over moves up."""
    while len(hashes) > 1:
        hashes = [sha(b"\1", *pair) if len(pair := hashes[n:n + 2]) > 1 else pair[0] for n in range(0, len(hashes), 2)]
    return hashes[0] if hashes else sha()

STRANGE = "before any key binding, of another ledger or daemon, or not signed by keys in force"

class Ledger:
    def __init__(self, name: str, trust: Trust | None) -> None:
        self.name, self.origin, self.size, self.root, self.daemon, self.whole = name, "", 0, "", "", False
        self.entries, self.bindings, self.leaves = list[Entry](), list[Entry](), list[bytes]()
        self.found: list[tuple[str, str, str, str]] = []  # kind, place, sentence, and the verdict that it makes
        try: self.verify(trust)
        except Wrong as e: self.tell(*e.args)
        except OSError as e: self.tell("unreadable", os.path.relpath(e.filename or name, name), str(e), "unreadable")
        self.verdict = self.worst("unreadable", "wrong", "incomplete")
        self.counts, self.alone = self.verdict in ("verifies", "incomplete"), len(self.found)
    def tell(self, kind: str, place: str, sentence: str, weight: str = "wrong", unless: object = False) -> None:
        if not unless: self.found.append((kind, place, sentence, weight))
    def worst(self, *order: str) -> str: return next((w for w in order if w in {f[3] for f in self.found}), "verifies")
    def open(self, *paths: str) -> tuple[Any, str]:
        """The first file that is there, and its path; not waiting for what is no file."""
        for path in paths:
            try: return open(f"{self.name}/{path}", "rb", opener=lambda p, how: os.open(p, how | os.O_NONBLOCK)), path
            except (FileNotFoundError, NotADirectoryError): pass
        raise Wrong("unreadable", paths[0], "it is not there", "unreadable")
    def tiles(self, level: int | str, count: int, most: int) -> Iterator[tuple[str, bytes, int, int]]:
        """Place, bytes, width, and the width of what is there: the full one may stand for a partial one."""
        for n, width in ((at // 256, min(256, count - at)) for at in range(0, count, 256)):
            full = f"tile/{level}/" + re.sub(r"(...)(?=.)", r"x\1/", str(n).zfill(-len(str(n)) // 3 * -3))
            file, path = self.open(place := full if width == 256 else f"{full}.p/{width}", full)
            with file: yield place, file.read(most + 1), width, width if path == place else 256
    def verify(self, trust: Trust | None) -> None:
        with self.open("checkpoint")[0] as file: raw = file.read(NOTE_MAX + 1)
        try: note = Note(raw)
        except Exception as e: raise Wrong("checkpoint", "checkpoint", str(e)) from None
        self.origin, self.size, self.root, raws, level = note.origin, note.size, note.root.hex(), list[bytes](), 0
        for path, raw, width, there in self.tiles("entries", note.size, BUNDLE_MAX):
            found, at = list[bytes](), 0
            while at < len(raw):
                found.append(raw[at + 2:(end := at + 2 + int.from_bytes(raw[at:at + 2]))])
                at = end
            if at != len(raw) or len(found) != there: raise Wrong("bundle", path, f"it has not just {there} entries")
            raws += found[:width]
        self.leaves = hashes = [sha(b"\0", raw) for raw in raws]
        while hashes:
            for n, (path, raw, width, there) in enumerate(self.tiles(level, len(hashes), 8192)):
                right = len(raw) == 32 * there and raw[:32 * width] == b"".join(hashes[256 * n:256 * n + width])
                self.tell("tile", path, "its hashes are not those of what is below it", unless=right)
            hashes, level = [mth(hashes[n:n + 256]) for n in range(0, len(hashes) - 255, 256)], level + 1
        self.whole = mth(self.leaves) == note.root
        self.tell("root", "checkpoint", "the root over its entries is another one", unless=self.whole)
        for index, raw in enumerate(raws):
            try: self.entries.append(Entry(self, index, raw))
            except Exception as e: self.tell("entry", f"entry {index}", str(e))
            else: self.judge(self.entries[-1])
        signed = self.bindings and all(self.bindings[-1].log_signed(note))
        self.tell("log-signature", "checkpoint", "not signed by the newest key binding's log keys", unless=signed)
        if self.whole: self.vouch(note, trust)
    def judge(self, e: Entry) -> None:
        if e.kind == "key-binding": return self.bind(e, self.bindings[-1] if self.bindings else None)
        change = e.subject if e.kind in ("policy-change", "trust-change") else None
        if blob := change or e.says.get("chunks") or e.says.get("sessionsMore"): self.blob(e, blob)
        us, of = (self.daemon, self.origin), {(s["id"], s["origin"]): s for s in e.sides} or {e.by: {}}
        if not self.bindings: kind, right = "binding", any(sentence == STRANGE for _, _, sentence, _ in self.found)
        elif us not in of: kind, right = "entry", False
        elif ids := of[us].get("entryKeys"):
            kind, right = "signature", len(e.signatures) == 4 and e.signed(self.ever(ids), ids)
        else:
            keys, most = self.bindings[-1].keys(), 2 if e.kind == "seal" else 1
            kind, right = "signature", us != e.by or e.signed(keys, [*keys][:most])
        self.tell(kind, e.place, STRANGE, unless=right)
    def ever(self, ids: list[str]) -> dict[str, bytes]:
        """The entry keys with these ids, where they have been in force."""
        return next((keys for binding in self.bindings if [*(keys := binding.keys())] == ids), {})
    def bind(self, e: Entry, last: Entry | None) -> None:
        proof, keys, listed = self.blob(e, e.says["proof"]), e.keys(), e.says["list"]
        try:
            e.chain = chain_of(proof, canonical(listed), e.says["daemon"]) if proof else []
            of, previous = (self.daemon or e.by[0], self.origin), last.digest if last else ""
            require(e.by == of and listed["previous"] == previous, "it does not follow the one before")
            require(e.signed(keys, keys) and (not last or e.signed(last.keys(), last.keys())), "not signed by all keys")
        except Exception as why: return self.tell("binding", e.place, str(why) or type(why).__name__)
        self.daemon = e.says["daemon"]
        self.bindings.append(e)
    def blob(self, e: Entry, digest: str) -> bytes:
        """Told where it is not there, or is another; its beginning, where it is right."""
        try: file = self.open(f"blobs/sha256/{digest}")[0]
        except Wrong: return self.tell("blob", e.place, f"{digest} is not there", "incomplete") or b""
        with file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == digest
            head = file.seek(0) or file.read(PROOF_MAX + 1)
        self.tell("blob", e.place, f"{digest} has other bytes", unless=same)
        return head if same else b""
    def vouch(self, note: Note, trust: Trust | None) -> None:
        tell = partial(self.tell, "trust", weight="incomplete")
        if trust is None: return tell("checkpoint", "consistent with itself; without a trust file, no more is known")
        logs = {note.signed(*k) for k in trust.logs if k[0] == self.origin} - {None}
        tell("checkpoint", "no listed key of this log has signed it, or one has not rightly", unless=logs == {True})
        met = trust.met(note) and not any(note.signed(*k) is False for k in trust.witnesses)
        tell("checkpoint", f"the quorum {trust.quorum} is not met, or a witness has not signed rightly", unless=met)
        for last, e in zip([None, *self.bindings], self.bindings):
            known = any((self.origin, k) in trust.entry for k in [*e.keys(), *(last.keys() if last else ())])
            anchors = [anchor for domain, anchor in trust.anchors if domain == self.daemon.split("/")[2]]
            led = known or any(leads(e.chain, anchor) for anchor in anchors)
            tell(e.place, "signed by no listed entry key, and its key proof leads to no listed anchor", unless=led)

# ---- two ledgers: section 5

def compare(a: Ledger, b: Ledger) -> None:
    """What a has to do with b: a's findings."""
    if a.origin == b.origin:
        same = not (a.whole and b.whole) or a.size < b.size or mth(a.leaves[:b.size]) == mth(b.leaves)
        return a.tell("fork", "checkpoint", f"it does not begin with what is in {b.name}", unless=same)
    theirs = {e.digest: e for e in reversed(b.entries)}
    intents = {(e.ledger, e.digest) for e in a.entries + b.entries if e.kind == "transfer-intent"}
    for e in a.entries if a.counts and b.counts else []:
        other, p, peers = theirs.get(e.digest), e.says, e.says.get("peerOrigin") == b.origin
        sides = [(a if s["origin"] == a.origin else b, s) for s in e.sides]
        fitting = {s["origin"] for s in e.sides} == {a.origin, b.origin}
        named = [(b, p["peerIntent"])] if "peerIntent" in p and peers else []
        if e.kind == "transfer-receipt" and fitting:
            named = [(ledger, s["intent"]) for ledger, s in sides]
            if other is None: a.tell("receipt-missing", e.place, f"{b.name} does not have it", "incomplete")
            elif other.raw != e.raw: a.tell("receipt-differs", e.place, f"not as in {b.name}, {other.place}")
            signed = all(e.signed(ledger.ever(s["entryKeys"]), s["entryKeys"]) for ledger, s in sides)
            a.tell("receipt-signature", e.place, "a half is not signed by keys that were in force", unless=signed)
        if e.kind == "seal" and fitting and p["origin"] == b.origin:
            right = (not other or other.raw == e.raw) and any(e.signed(k.keys(), k.keys()) for k in b.bindings)
            weight = "incomplete" if right else "wrong"
            a.tell("seal-missing", e.place, f"it is not so in {b.name}", weight, unless=right and other)
        for missing in [one for one in named if one not in intents]:
            a.tell("intent-missing", e.place, f"{missing[0].name} does not have an intent it names", "incomplete")
            intents.add(missing)
        if e.kind == "observed-fork" and peers:
            named, bindings = [p.get("firstBinding", p["binding"]), p["binding"]], {k.digest: k for k in b.bindings}
            keys, notes = [bindings[one] for one in named if one in bindings], [Note(p[n].encode()) for n in ("first", "second")]
            signed = len(keys) == 2 and all(all(one.log_signed(note)) for one, note in zip(keys, notes))
            a.tell("fork", e.place, "not signed by the log keys it names", "wrong" if len(keys) == 2 else "incomplete", signed)

# ---- custody: section 6

ENDS = {"destroyed": ["destruction"], "released": ["possession-released"], "destroying": ["destruction-intent"]}
BEGUN = {"partial": ["transfer-abort"], "possible": ["transfer-intent"]}
ROWS = {"adopted": ENDS | {"held": ["possession"]}, "source": {"receipted": ["transfer-receipt"]} | BEGUN,
        "destination": ENDS | {"held": ["possession", "transfer-receipt"], "one-sided": ["possession"],
                               "": ["transfer-abort", "staging-destroyed"]} | BEGUN}
FACTS = ["possession", "seal", "transfer-receipt", "receipt-pending"]
Copy = dict[str, Any]

def first(of: list[Entry], kind: str, ledger: Ledger | None, role: str | None = None) -> Entry | None:
    one = next((e for e in of if e.ledger is ledger and e.kind == kind and role in (None, e.says.get("role"))), None)
    return None if one and one.wrong else one

def copy(of: list[Entry], table: str, about: Entry, **facts: Any) -> Copy:
    """The first row of which all is there in its ledger decides: what follows from it."""
    state, gave = next((state, there[0]) for state, kinds in ROWS[table].items()
                       if all(there := [first(of, kind, about.ledger) for kind in kinds]))
    if table == "source" and gave.says.get("exposedBytesMax") == "0": state = ""
    began = None if table == "source" else first(of, "possession", about.ledger)
    until = gave if state in ("destroyed", "released") else None
    seen = [p.time for p in about.ledger.entries[began.index:until and until.index] if p is began or (
        p.kind == "possession" and (p.where, p.subject) == (about.where, began.subject))] if began else []
    return {"state": state, "since": (began or (gave if state == "receipted" else about)).time, "entries": of,
            "until": until and until.time, "verified": [None, *seen][-1], "volume": about.where[0],
            "name": about.where[1], **facts}

def of_transfer(good: dict[str, Ledger], of: list[Entry]) -> Iterator[Copy]:
    """The copies of a transfer, by the first intent of each ledger and role."""
    for e in {(e.ledger, e.says["role"]): e for e in reversed(of) if e.kind == "transfer-intent"}.values():
        p, here, peer = e.says, e.says["role"] == "destination", good.get(e.says["peerOrigin"])
        theirs = first(of, "transfer-intent", peer, "source" if here else "destination")
        if theirs and not here: continue
        d, s = (p, theirs.says if theirs else {}) if here else ({}, p)
        sides = [e.ledger, peer] if here else [peer, e.ledger]  # the destination's word comes first, no other counts
        facts = [fact for side in sides for kind in FACTS if (fact := first(of, kind, side))]
        yield copy(of, p["role"], e, facts=facts, transfer=p["transfer"], principal=p["principal"], **{
            "content": facts[0].says["content"] if facts else "", "grant": d.get("grant", s.get("grant")),
            "tree": facts[0].subject if facts else d.get("tree", s.get("tree")),
            "origin": e.ledger.origin if here else p["peerOrigin"],
            "unheard": None if peer else p["peerOrigin"],
            "holder": p["daemon" if here else "peer"], "from": p["peer" if here else "daemon"],
            **{f"source{m.title()}": s.get(m) for m in ("rule", "policy")},
            **{f"destination{m.title()}": d.get(m) for m in ("rule", "policy")}})

def adopted(began: Entry) -> Copy:
    there = [e for e in began.ledger.entries[began.index + 1:] if e.where == began.where and "transfer" not in e.says]
    window = takewhile(lambda e: e.says.get("state") != "adopted", there)
    of = [began, *(e for e in window if e.subject == began.subject and [e.kind] in ENDS.values())]
    return copy(of, "adopted", began, content=began.says["content"], origin=began.ledger.origin, facts=[began],
                holder=began.says["daemon"], tree=began.subject)

def doubts(good: dict[str, Ledger], transfers: dict[str, list[Entry]]) -> list[dict[str, Any]]:
    """What section 5 has found; receipts and seals that say nothing because of it are marked."""
    told = {(l.origin, int(place[6:]), kind): v for l in good.values() for kind, place, _, v in l.found[l.alone:]}
    for e in [e for of in transfers.values() for e in of if e.kind == "transfer-receipt"]:
        here = e.by == (e.ledger.daemon, e.ledger.origin)
        p = first(transfers[e.says["transfer"]], "transfer-intent", e.ledger, "destination" if here else "source")
        other = e.sides[0 if here else 1]
        e.wrong = not p or (p.says["peer"], p.says["peerOrigin"]) != (other["id"], other["origin"])
    for (origin, index, _), verdict in told.items(): good[origin].entries[index].wrong |= verdict == "wrong"
    return [{"origin": o, "index": i, "kind": kind, "verdict": told[o, i, kind]} for o, i, kind in sorted(told)]

def custody(ledgers: list[Ledger]) -> dict[str, Any]:
    ledgers.sort(key=lambda l: l.origin)
    good, missing = {l.origin: l for l in ledgers if l.counts}, set[tuple[str, str]]()
    transfers, seals, groups = defaultdict(list), defaultdict(list), defaultdict(list)
    for e in (entries := [e for l in good.values() for e in l.entries]):
        missing |= {(s["origin"], s["id"]) for s in e.sides}
        if e.kind == "transfer-intent": missing.add((e.says["peerOrigin"], e.says["peer"]))
        if "transfer" in e.says: transfers[e.says["transfer"]].append(e)
    told = doubts(good, transfers)
    alone = {(t["origin"], t["index"]) for t in told if (t["kind"], t["verdict"]) == ("seal-missing", "incomplete")}
    for e in [e for e in entries if e.kind == "seal"]:
        if good.get(e.says["origin"], e.ledger) is e.ledger or e.order in alone:
            seals[e.says["content"], e.says["origin"]].append(e)
    copies = [copy for of in transfers.values() for copy in of_transfer(good, of) if copy["state"]]
    copies += [adopted(e) for e in entries if e.says.get("state") == "adopted"]
    held = {(c["content"], c["origin"]) for c in copies if c["state"] in ("held", "one-sided", "destroying")}
    for (content, origin), of in seals.items():
        one = min(of, key=lambda e: (e.time, *e.order))
        if (content, origin) not in held:
            copies.append({"content": content, "origin": origin, "holder": one.says["daemon"], "volume": "", "name": "",
                           "state": "source", "since": one.time, "tree": one.subject, "entries": of, "facts": of,
                           "unheard": None if origin in good else origin})
    for c in copies: groups[not c["content"], c["content"] or c["transfer"]].append(c)
    return {"version": 1, "ledgers": [{"origin": l.origin, "daemon": l.daemon if l.counts else "", "size": l.size,
                                       "root": l.root, "verdict": l.verdict} for l in ledgers],
            "missing": [{"origin": o, "daemon": d} for o, d in sorted(missing) if o not in {l.origin for l in ledgers}],
            "checkpoints": [checkpoint(groups[key]) for key in sorted(groups)], **({"findings": told} if told else {})}

def checkpoint(group: list[Copy]) -> dict[str, Any]:
    """Copies of one content, as JSON."""
    content = [c.pop("content") for c in group][0]
    sizes = [e for c in group for e in c.pop("facts") if e.kind in FACTS[:3] and e.says["content"] == content]
    said = min(sizes, key=lambda e: e.order).says if sizes else {}
    by = "origin", "volume", "name", "since", "transfer"
    group.sort(key=lambda c: (*(c.get(member, "") for member in by), c["entries"][0].order))
    for c in group: c["entries"] = [{"origin": e.ledger.origin, "index": e.index, "what": e.kind} for e in c["entries"]]
    return {"content": content, "trees": sorted({c["tree"] for c in group if c["tree"]}),
            "names": sorted({f"{c['volume']}/{c['name']}" for c in group if c["volume"]}),
            **{member: said[member] for member in ("files", "logicalBytes") if said},
            "copies": [{member: v for member, v in c.items() if v is not None} for c in group]}

def main() -> int:
    parser = argparse.ArgumentParser(description="Verifies ledgers (LEDGER.md).")
    parser.add_argument("ledger", nargs="+", help="a directory")
    parser.add_argument("--trust", help="a trust file")
    parser.add_argument("--custody", action="store_true", help="what they say about copies, as JSON")
    args = parser.parse_args()
    try:
        with open(args.trust or os.devnull, "rb") as file: raw = file.read(TRUST_MAX + 1)
        trust = Trust(raw) if args.trust else None
    except Exception as e: return print(f"unreadable\t{args.trust}\t{e}", file=sys.stderr) or EXITS["unreadable"]
    ledgers, out = [Ledger(name, trust) for name in args.ledger], sys.stderr if args.custody else sys.stdout
    for a, b in permutations(ledgers, 2): compare(a, b)
    for l in ledgers:
        for kind, place, sentence, _ in l.found: print(f"{kind}\t{l.name}: {place}\t{sentence}", file=out)
        print(f"{l.verdict}\t{l.name}\t{l.origin}, {l.size} entries", file=out)
    verdict = min((l.worst(*EXITS) for l in ledgers), key=[*EXITS].index)
    if args.custody:
        origins = [l.origin for l in ledgers if l.origin]
        if len(origins) != len(set(origins)): parser.error("two ledgers of one origin")
        print(canonical(derived := custody(ledgers)).decode())
        verdict = "incomplete" if verdict == "verifies" and derived["missing"] else verdict
    return EXITS[verdict]

if __name__ == "__main__":
    sys.exit(main())
