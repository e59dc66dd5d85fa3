#!/usr/bin/env python3
"""verify.py LEDGER... [--trust FILE] [--custody]: verifies ledgers, and says what they say about copies; README.md has what it prints.
Written from SPEC.md and LEDGER.md alone. What is hostile is read within `except Exception`: it fails closed."""
import argparse, base64, collections, datetime, functools, hashlib, io, itertools, json, os, re, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes as digests, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding as pad, rsa
ENTRY_MAX, PROOF_MAX, NOTE_MAX, TRUST_MAX, BUNDLE_MAX = 32_768, 24_576, 256 << 10, 4 << 20, 256 * (2 + 0xFFFF)
def require(holds, sentence, value=None):
    if not holds: raise ValueError(sentence)
    return value
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def b64(text): return require(base64.b64encode(raw := base64.b64decode(text, validate=True)).decode() == text, "not base64's form", raw)
def canonical(value): return json.dumps(value, sort_keys=True, separators=",:", ensure_ascii=False).encode()  # RFC 8785 of ASCII names
def parse(raw): return require(canonical(value := json.loads(raw.decode())) == raw, "JSON that is not canonical", value)  # no name twice

# ---- keys (SPEC section 10), how each kind begins, and signatures; curve and group order of Ed25519 as in RFC 8032
ED, ML, P256 = map(bytes.fromhex, ("302a300506032b6570032100", "30820532300b06096086480165030403110382052100",
                                   "3059301306072a8648ce3d020106082a8648ce3d03010703420004"))
P, ORDER, D = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, -121665 * pow(121666, -1, 2**255 - 19)
def add(p, q):  # points of the curve
    t = D * p[0] * q[0] * p[1] * q[1] % P
    return (p[0] * q[1] + p[1] * q[0]) * pow(1 + t, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - t, -1, P) % P
@functools.cache
def good_key(spki):  # each kind has one encoding; an Ed25519 key is in the prime-order group, and not its neutral element
    if spki.startswith(ML): return len(spki) == 1334
    if spki.startswith(P256): return bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), spki[26:]))
    y, odd, total = int.from_bytes(spki[12:], "little") & (1 << 255) - 1, spki[-1] >> 7, (0, 1)
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = root if (root := pow(xx, (P + 3) // 8, P)) ** 2 % P == xx else root * pow(2, (P - 1) // 4, P) % P
    for bit in f"{ORDER:b}" if x * x % P == xx else "1":  # ORDER times the point; where y has none, anything but the neutral element
        total = add(total, total) if bit == "0" else add(add(total, total), (x if x % 2 == odd else P - x, y))
    return spki.startswith(ED) and len(spki) == 44 and total == (0, 1) and 1 < y < P
def verifies(spki, signature, message):  # by a good key; Ed25519 strictly: R, compared with sB - hA, is canonical, of prime order too
    strict = int.from_bytes(signature[32:], "little") < ORDER and signature[:32] != b"\1" + bytes(31)
    try: return (strict or spki.startswith(ML)) and serialization.load_der_public_key(spki).verify(signature, message) is None
    except Exception: return False

# ---- statements: SPEC section 11 as tables of `member:type`; `?`: it may be absent, `?other`: it is there just where the other one is,
# ---- `?other=value`: just where that is this. A type is a name of TYPES (by default the member's, else digest) or a pattern; `*`: an array
def fits(kind, v, most=1 << 20):  # whether it is of this type, and a string has at most so many bytes
    if kind[-1] == "*": return type(v) is list and all(fits(kind[:-1], one) for one in v)
    if callable(rule := TYPES.get(kind, kind)): return rule(v)
    return isinstance(v, str) and re.fullmatch(rule, v) is not None and len(v.encode()) <= most
def check(table, what, value):  # an object has exactly the members of its table
    rows = re.findall(r"(\w+)(\??)(\w*)=?(\w*):?(\S*)", table)
    require(type(value) is dict and {*value} <= {name for name, *_ in rows}, f"{what} has other members")
    for name, maybe, other, wanted, kind in rows:
        due = (value.get(other) == wanted if wanted else other in value) if other else name in value or not maybe
        right = fits(kind or (name if name in TYPES else "digest"), value[name]) if name in value else not due
        require(right and due == (name in value), f"{what}.{name} is missing, out of place or not of its type")
    return True
TYPES = {
    "id": "[0-9a-f]{32}", "digest": "[0-9a-f]{64}", "previous": "([0-9a-f]{64})?", "keyName": r"[^\s+\0-\x1f\x7f-\x9f]+", "text": "(?s:.)+",
    "statement": r"https://in-toto\.io/Statement/v1", "dsse": r"application/vnd\.in-toto\+json", "predicate": lambda v: True,
    "origin": "[!-*,-~]{1,255}", "spiffe": r"(?=.{1,2048}\Z)spiffe://[a-z0-9._-]{1,255}(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._-]+)+",
    "name": lambda v: fits("text", v, 400) and all(fits(r"(?!(\.\.?|\.carnet)\Z)[^/\0-\x1f\x7f]+", one, 255) for one in v.split("/", 63)),
    "label": lambda v: fits(r"[^\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+", v, 256),
    "labels": lambda v: all(fits("[a-z0-9][a-z0-9._-]{0,62}", k) and fits("label", v[k]) for k in v) and 1 <= len(v) <= 16,
    "time": lambda v: v >= "1970" and v == datetime.datetime.fromisoformat(v[:-1]).isoformat("T", "milliseconds") + "Z",
    "count": lambda v: type(v) is int and 0 <= v <= 2**53, "from1": lambda v: fits("count", v) and v > 0, "base64": lambda v: bool(b64(v)),
    "members": lambda v: fits("count", v) and v <= 10**6, "some": lambda v: fits("members", v) and v > 0, "domain": "[a-z0-9._-]{1,255}",
    "volume": "[a-z0-9][a-z0-9._-]{0,63}", "iana": r"(?a:\w{1,64})", "bytes": lambda v: fits("0|[1-9][0-9]{0,18}", v) and int(v) < 2**63,
    "changed": lambda v: v in (["keys"], ["policy"], ["keys", "policy"]), "entryKeys": lambda v: fits("digest*", v) and len(v) == 2,
    "ed25519": lambda v: b64(v).startswith(ED) and good_key(b64(v)), "mldsa44": lambda v: b64(v).startswith(ML) and good_key(b64(v)),
    "p256": lambda v: b64(v).startswith(P256) and good_key(b64(v)), "sig": lambda v: 1 <= len(b64(v)) <= 2420,
    "reason": lambda v: fits("text", v, 1024), "code": "|".join("""VERSION LIMIT UNKNOWN_PEER PROTOCOL TIMEOUT SHUTTING_DOWN REPLACED
    IDENTITY KEY_BINDING BUSY UNSUPPORTED POLICY BAD_NAME NAME_TAKEN NAME_CONFLICT NO_SPACE READ_ONLY UNKNOWN_TRANSFER OFFER_MISMATCH
    CHUNK_MISMATCH FILE_MISMATCH TREE_MISMATCH SOURCE_CHANGED BAD_STATEMENT RECEIPT_MISMATCH CANCELLED EXPIRED NO_BEGIN TOO_LATE STORAGE
    STOPPED BAD_SOURCE CRITICAL_EXTENSION UNKNOWN_CHECKPOINT PAUSED INTERNAL""".split()), "predicateType": lambda v: v in PREDICATES}
TYPES |= {member: TYPES[kind] for kind, *members in (row.split() for row in """id transfer checkpoint; origin peerOrigin; digest blob;
    spiffe daemon peer asker spiffeId; label principal rule grant version; members files directories; iana group suite; text first second;
    bytes logicalBytes logicalBytesMax wireBytes resentBytes exposedBytesMax; time from to since opened closed
    """.split(";")) for member in members}  # members that have one type in all tables
END, SIDE, OF = "id:spiffe origin", "intent entryKeys time logSize?root:from1 root?", "transfer peer role:source|destination"
TYPES |= {name: functools.partial(check, table, name) for name, table in (row.split(maxsplit=1) for row in f"""part index:count of:count;
    list spiffeId origin previous keys; keys entry:pq log:pq witness:pq manifest; pq ed25519 mldsa44; manifest p256; signature keyid sig;
    end {END}; place {END} volume name; giver {END} seal {SIDE}; taker {END} volume name possession {SIDE}; sha256 sha256:digest;
    subject name:text digest:sha256; session id sourceKey destinationKey group suite exporter opened closed?""".split(";"))}
AS, HELD, OFFERED = "role?transfer:destination peer?transfer", "tree content files logicalBytes", "transfer offer checkpoint partOf?"
PREDICATES = {f"https://carnet.dev/{kind}/v1": (kind, subject, table) for kind, subject, table in (row.split(maxsplit=2) for row in f"""
    key-binding * list proof:blob; policy-change policy previous?:digest; trust-change trust previous?:digest;
    transfer-intent offer {OF} volume name checkpoint mode:open|sealed direction:push|pull tree?mode=sealed partOf? labels? part policy
        request?direction=pull members:some logicalBytesMax principal rule grant? peerOrigin peerIntent?role=source;
    refusal policy peer? principal? code volume? reason count:from1 from to; seal {HELD} directories {OFFERED} source:end destination:place;
    transfer-receipt {HELD} directories {OFFERED} source:giver destination:taker wireBytes resentBytes sessions:session* sessionsMore?:blob;
    possession {HELD} volume name state:publishing|verified|adopted transfer?state=publishing {AS} seal?state=publishing partOf?
        request?asker:id asker?; possession-released tree transfer? {AS} volume name reason;
    destruction-intent {HELD} transfer? {AS} volume name principal grant policy; destruction tree transfer? {AS} volume name intent;
    transfer-abort offer {OF} code reason exposedBytesMax chunks:blob; staging-destroyed offer transfer peer role:destination volume name;
    transfer-resumed offer {OF} changed session:id policy rule peerBinding; daemon-start software version stopped:first|clean|unclean;
    receipt-pending tree {OF} volume name offer checkpoint content seal since possession?role=destination receipt?role=destination;
    observed-fork fork peer peerOrigin binding firstBinding? first second proof?:digest*""".split(";"))}  # by its type
def together(kind, p, name, digest):  # what else has to hold between members
    match kind:
        case "key-binding": return [p["daemon"], *map(p["list"].get, ("spiffeId", "origin")), digest] == [
            name, name, p["origin"], sha(canonical(p["list"])).hex()]
        case "transfer-intent":  # a pull is sealed, a push of the whole; a grant is the requester's
            pull, source, index, of = p["direction"] == "pull", p["role"] == "source", p["part"]["index"], p["part"]["of"]
            return (p["mode"] == "sealed" if pull else "partOf" not in p) and index < of <= 65_536 and ("grant" not in p or pull != source)
        case "seal" | "transfer-receipt":  # made by the source, by the destination
            own, other = (p["source"], p["destination"])[::1 if kind == "seal" else -1]
            sessions, opened = {s["id"] for s in p.get("sessions", [])}, [s["opened"] for s in p.get("sessions", [])]
            return ((own["id"], own["origin"]) == (p["daemon"], p["origin"]) and own["id"] != other["id"] and opened == sorted(opened)
                    and 8 * ("sessionsMore" in p) <= len(opened) == len(sessions) <= 8 and 1 <= p["files"] + p["directories"] <= 10**6)
        case "possession": return "asker" not in p or p["state"] == "verified"
        case "refusal": return ("peer" in p) != ("principal" in p) and p["from"] <= p["to"]
        case "observed-fork":
            one, two = Note(p["first"].encode()), Note(p["second"].encode())
            old, new = roots(one.size, two.size, [*map(bytes.fromhex, p.get("proof", [two.root.hex()]))])
            return (digest == sha((p["first"] + p["second"]).encode()).hex() and ("proof" in p) == (one.size < two.size) and new == two.root
                    and old != one.root and all([n.origin, *(name for name, *_ in n.lines)] == [p["peerOrigin"]] * 3 for n in (one, two)))
    return True
def roots(old, new, proof):  # that a consistency proof leads to, which never leaves out its first hash (RFC 6962)
    require(0 < old <= new and proof and (old < new or len(proof) == 1), "a proof between other sizes")
    if old == new: return proof[0], proof[0]
    left, (*rest, last) = 1 << (new - 1).bit_length() - 1, proof
    one, two = roots(old, left, rest) if old <= left else roots(old - left, new - left, rest)
    return (one, sha(b"\1", two, last)) if old <= left else (sha(b"\1", last, one), sha(b"\1", last, two))

# ---- what a log signs, and who is trusted; the key of a log or witness is its kind, a byte, and what a C2SP vkey has of it
def spki_of(key): return (ML if key[0] == 6 else ED) + key[1:]
def key_id(name, key): return sha(name.encode(), b"\n", key)[:4]
def read_vkey(line, kinds):
    name, ident, rest = line.split("+", 2)
    good = fits("keyName", name, 255) and (key := b64(rest))[0] in kinds and good_key(spki_of(key)) and key_id(name, key).hex() == ident
    return require(good, "no key of this kind, or of another id", (name, key))
class Note:  # a log checkpoint: a C2SP signed note of three lines
    def __init__(self, raw):
        form = re.fullmatch(r"(([!-*,-~]{1,255})\n(0|[1-9][0-9]{0,18})\n(.{44})\n)\n((— \S+ [!-~]+\n){1,64})", raw.decode())
        require(form and len(raw) <= NOTE_MAX, "it has not the form of a log checkpoint")
        self.text, self.origin, self.size, self.root = form[1], form[2], int(form[3]), b64(form[4])
        self.lines = [(name, (line := b64(text))[:4], line[4:]) for name, text in re.findall("— (.*) (.*)\n", form[5])]
        require(len(self.root) == 32 and self.size < 2**63 and all(of and fits("keyName", by, 255) for by, _, of in self.lines), "a field")
    def signed(self, name, key):  # whether all lines of this key verify; None where it has none
        by, of = name.encode(), self.origin.encode()
        def holds(line):
            if key[0] == 1: return verifies(spki_of(key), line, self.text.encode())
            time = int.from_bytes(stamp := line[:8])
            message = f"cosignature/v1\ntime {time}\n{self.text}".encode() if key[0] == 4 else b"".join((b"subtree/v1\n\0",
                bytes([len(by)]), by, stamp, bytes([len(of)]), of, bytes(8), self.size.to_bytes(8), self.root))
            return (name == self.origin) <= time < 2**63 and verifies(spki_of(key), line[8:], message)
        return all(map(holds, lines)) if (lines := [line for n, i, line in self.lines if (n, i) == (name, key_id(name, key))]) else None
class Trust:  # a C2SP tlog-policy, with `entry` and `ca` lines besides (LEDGER.md, section 4)
    def __init__(self, path):
        with open(path, "rb") as file: raw = file.read(TRUST_MAX + 1)
        require(len(raw) <= TRUST_MAX and re.fullmatch(r"[^\0-\x08\x0b-\x1f\x7f]*\n", raw.decode()), "too large, or not of plain text")
        self.logs, self.anchors, self.entry, quorums, members = [], [], set(), [], []
        self.groups = groups = {"none": (0, [])}  # how many of whom; a witness is a group of one key, by its name
        for line in raw.decode().split("\n"):
            match re.findall(r"[^ \t]+", line):
                case [*items] if not items or items[0][0] == "#": pass
                case ["log", vkey, *url] if len(url) < 2: self.logs.append(read_vkey(vkey, b"\1\6"))
                case ["witness", name, vkey, *url] if len(url) < 2 and name not in groups: groups[name] = 1, [read_vkey(vkey, b"\4\6")]
                case ["group", name, k, *of] if name not in groups and of and {*of} <= {*groups} - {"none"}:
                    need, members = {"all": len(of), "any": 1}.get(k) or int(re.fullmatch("[1-9][0-9]{0,5}", k)[0]), members + of
                    groups[name] = require(need <= len(of) and len(members) == len({*members}), "too few, or one twice", (need, of))
                case ["quorum", name] if name in groups: quorums.append(name)
                case ["entry", of, key] if fits("origin", of) and fits("digest", key): self.entry.add((of, key))
                case ["ca", of, c] if fits("domain", of) and issues(c := x509.load_der_x509_certificate(b64(c))): self.anchors += [(of, c)]
                case _: raise ValueError(f"a line that means nothing here: {line[:80]!r}")
        self.witnesses, (self.quorum,) = [one for _, of in groups.values() for one in of if type(one) is tuple], quorums
        for keys in self.logs, self.witnesses: require(len(keys) == len({key for _, key in keys}), "a key is there twice")
def chain_of(raw, listed, spiffe):  # the certificates of a key proof, whose leaf has signed this list
    check("list:base64 signature:base64 algorithm:text chain:base64*", "its key proof", proof := parse(raw))
    cert, *_ = chain = [x509.load_der_x509_certificate(b64(c)) for c in proof["chain"]]
    uris = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.UniformResourceIdentifier)
    require(len(raw) <= PROOF_MAX and len(chain) <= 4 and b64(proof["list"]) == listed and uris == [spiffe], "its key proof is of others")
    leaf, sig, text, alg = cert.public_key(), b64(proof["signature"]), b"carnet key binding v1\0" + sha(listed), digests.SHA256()
    match proof["algorithm"], leaf:
        case "ecdsa-p256-sha256", ec.EllipticCurvePublicKey(curve=ec.SECP256R1()): leaf.verify(sig, text, ec.ECDSA(alg))
        case "rsa-pss-sha256", rsa.RSAPublicKey() if 2048 <= leaf.key_size <= 8192: leaf.verify(sig, text, pad.PSS(pad.MGF1(alg), 32), alg)
        case "ed25519", ed25519.Ed25519PublicKey() if good_key(key := ED + leaf.public_bytes_raw()) and verifies(key, sig, text): pass
        case _: raise ValueError("its leaf has not signed its key proof, or is of another kind")
    return chain
KNOWN = x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName
def known(cert): return [{type(e.value): e.value for e in cert.extensions}.get(kind) for kind in KNOWN]
def issues(cert, below=0):  # whether it is that of a CA, with so many others below it
    ca, usage, *_ = known(cert)
    return ca and ca.ca and (ca.path_length is None or below <= ca.path_length) and (not usage or usage.key_cert_sign)
def leads(chain, anchor):  # RFC 5280 at some moment of the leaf's life; critical extensions that are not known here are not believed
    path, eku = chain if chain[-1:] == [anchor] else [*chain, anchor], x509.oid.ExtendedKeyUsageOID
    try:
        (basic, usage, use, _), above = known(path[0]), path[1:]
        return (usage.digital_signature and all(isinstance(e.value, KNOWN) for c in path for e in c.extensions if e.critical) and above
                and all(issues(by, n) and not cert.verify_directly_issued_by(by) for n, (cert, by) in enumerate(zip(path, above)))
                and max(c.not_valid_before_utc for c in path) <= min(c.not_valid_after_utc for c in path) and not usage.key_cert_sign
                and not (usage.crl_sign or basic and basic.ca) and (use is None or eku.SERVER_AUTH in use or eku.CLIENT_AUTH in use))
    except Exception: return False

# ---- one ledger: LEDGER.md, sections 3 and 4
class Entry:  # an envelope and a statement in their one form
    def __init__(self, ledger, index, raw):
        check("payload:base64 payloadType:dsse signatures:signature*", "envelope", dsse := parse(raw))
        payload, ids = b64(dsse["payload"]), [s["keyid"] for s in dsse["signatures"]]
        require(len(raw) <= ENTRY_MAX and 1 <= len(ids) <= 4 and ids == sorted({*ids}), "its size or signatures")
        check("_type:statement subject:subject* predicateType predicate", "statement", said := parse(payload))
        (about,), p, (self.kind, of, table) = said["subject"], said["predicate"], PREDICATES[said["predicateType"]]
        name, self.subject, self.doubts = about["name"], about["digest"]["sha256"], {}  # doubts: findings of section 5, by kind
        check("daemon origin time " + table, self.kind, p)
        right = of in ("*", name) and p["daemon"] not in (p.get("peer"), p.get("asker")) and p.get("binding", "") != p.get("firstBinding")
        require(right and self.subject != p.get("previous") and together(self.kind, p, name, self.subject), "members do not agree")
        self.ledger, self.index, self.raw, self.place, self.order = ledger, index, raw, f"entry {index}", (ledger.origin, index)
        self.says, self.time, self.where, self.by = p, p["time"], (p.get("volume", ""), p.get("name", "")), (p["daemon"], p["origin"])
        self.digest, self.message = sha(payload).hex(), b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
        self.sides, self.sigs = [p[s] for s in ("source", "destination") if s in p], {s["keyid"]: b64(s["sig"]) for s in dsse["signatures"]}
        self.blob = self.subject if self.kind.endswith("-change") else [*map(p.get, re.findall(r"(\w+)\??:blob", table)), None][0]
        if self.kind == "key-binding":  # its entry keys by key id, Ed25519 first, and its log keys as notes have them
            entry, (one, two) = ([b64(key) for key in p["list"]["keys"][use].values()] for use in ("entry", "log"))
            self.keys, self.logs = {sha(k).hex(): k for k in entry}, [(p["origin"], b"\1" + one[12:]), (p["origin"], b"\6" + two[22:])]
    def signed(self, keys, most=2):  # by each of these keys, or the first of them
        return bool(keys) and all(verifies(keys[k], self.sigs.get(k, b""), self.message) for k in [*keys][:most])
def mth(hashes):  # the root over hashes: neighbours are joined, and one that is left over moves up
    while (most := len(hashes)) > 1: hashes = [sha(b"\1", *hashes[n:n + 2]) if n + 1 < most else hashes[n] for n in range(0, most, 2)]
    return hashes[0] if hashes else sha()
class Ledger:
    def __init__(self, name, trust):
        self.name, self.origin, self.size, self.root, self.daemon, self.whole = name, "", 0, "", "", False
        self.entries, self.leaves, self.bindings, self.ever, self.found = [], [], [], {}, []  # ever: entry keys in force once, by their ids
        try: self.verify(trust)
        except OSError as e: self.expect(False, "unreadable", os.path.relpath(e.filename or name, name), e.strerror, "unreadable")
        self.verdict = next((w for w in ("unreadable", "wrong", "incomplete") if any(w == found[3] for found in self.found)), "verifies")
        self.counts = self.verdict in ("verifies", "incomplete")
        if not self.counts: self.daemon = ""
    def expect(self, holds, kind, place, sentence, weight="wrong"): return holds or self.found.append((kind, place, sentence, weight))
    def open(self, path): return open(f"{self.name}/{path}", "rb", opener=lambda p, m: os.open(p, m | os.O_NONBLOCK | os.O_NOFOLLOW))
    def tiles(self, level, count, most):  # place, bytes, width, and the width of what is there: full or partial
        for n, width in ((at // 256, min(256, count - at)) for at in range(0, count, 256)):
            full = f"tile/{level}/" + re.sub(r"(...)(?=.)", r"x\1/", str(n).zfill(-len(str(n)) // 3 * -3))
            place = full if width == 256 else f"{full}.p/{width}"
            there = next((path for path in (place, full) if os.path.exists(f"{self.name}/{path}")), place)
            with self.open(there) as file: yield place, file.read(most + 1), width, width if there == place else 256
    def verify(self, trust):  # section 3, in its order
        with self.open("checkpoint") as file: raw = file.read(NOTE_MAX + 1)
        try: note = Note(raw)
        except Exception as e: return self.expect(False, "checkpoint", "checkpoint", str(e))
        self.origin, self.size, self.root, raws, level = note.origin, note.size, note.root.hex(), [], 0
        for path, raw, width, there in self.tiles("entries", note.size, BUNDLE_MAX):
            found = [file.read(int.from_bytes(size)) for file in [io.BytesIO(raw)] for size in iter(lambda: file.read(2), b"")]
            right = len(found) == there and b"".join(len(one).to_bytes(2) + one for one in found) == raw
            if not self.expect(right, "bundle", path, f"it has not just {there} entries"): return
            raws += found[:width]
        self.leaves = hashes = [sha(b"\0", raw) for raw in raws]
        while hashes:
            for n, (path, raw, width, there) in enumerate(self.tiles(level, len(hashes), 8192)):
                right = len(raw) == 32 * there and raw[:32 * width] == b"".join(hashes[256 * n:256 * n + width])
                self.expect(right, "tile", path, "its hashes are not those of what is below it")
            hashes, level = [mth(hashes[n:n + 256]) for n in range(0, len(hashes) - 255, 256)], level + 1
        self.whole = self.expect(mth(self.leaves) == note.root, "root", "checkpoint", "the root over its entries is another one")
        for index, raw in enumerate(raws):
            try: self.entries.append(Entry(self, index, raw))
            except Exception as e: self.expect(False, "entry", f"entry {index}", str(e))
            else: self.judge(self.entries[-1], self.bindings[-1] if self.bindings else None)
        signed = self.bindings and all(note.signed(*key) for key in self.bindings[-1].logs)
        self.expect(signed, "log-signature", "checkpoint", "not signed by the newest key binding's log keys")
        if self.whole: self.vouch(note, trust)
    def judge(self, e, last):  # by the key binding in force
        blob = self.blob(e) if e.blob else b""
        if e.kind == "key-binding": return self.bind(e, last, blob)
        us, of = (self.daemon, self.origin), {(s["id"], s["origin"]): s for s in e.sides} or {e.by: {}}
        if not last: kind, right = "binding", next(one for one in self.entries if one.kind != "key-binding") is not e  # is told once
        elif us not in of: kind, right = "entry", False
        elif ids := of[us].get("entryKeys"): kind, right = "signature", len(e.sigs) == 4 and e.signed(self.ever.get((*ids,)))
        else: kind, right = "signature", us != e.by or e.signed(last.keys, 2 if e.kind == "seal" else 1)
        self.expect(right, kind, e.place, "before any key binding, of another ledger or daemon, or not signed by keys in force")
    def bind(self, e, last, proof):  # a key binding, which takes force where it is right
        try:
            e.chain = chain_of(proof, canonical(e.says["list"]), e.says["daemon"]) if proof else []
            follows = e.by == (self.daemon or e.by[0], self.origin) and e.says["list"]["previous"] == (last.digest if last else "")
            require(follows and e.signed(e.keys) and (not last or e.signed(last.keys)), "not the next one, or not signed by all keys")
        except Exception as why: return self.expect(False, "binding", e.place, str(why) or type(why).__name__)
        self.daemon, self.ever[(*e.keys,)] = e.says["daemon"], e.keys
        self.bindings.append(e)
    def blob(self, e):  # its beginning; told where it is not there, or is another
        try: file = self.open(f"blobs/sha256/{e.blob}")
        except (FileNotFoundError, NotADirectoryError): return self.expect(False, "blob", e.place, f"{e.blob} missing", "incomplete") or b""
        with file: head, same = file.read(PROOF_MAX + 1), file.seek(0) == 0 and hashlib.file_digest(file, "sha256").hexdigest() == e.blob
        return head if self.expect(same, "blob", e.place, f"{e.blob} has other bytes") else b""
    def vouch(self, note, trust):  # section 4
        def expect(holds, place, sentence): self.expect(holds, "trust", place, sentence, "incomplete")
        if trust is None: return expect(False, "checkpoint", "consistent with itself; without a trust file, no more is known")
        logs = {note.signed(*key) for key in trust.logs if key[0] == self.origin} - {None}
        expect(logs == {True}, "checkpoint", "no listed key of this log has signed it, or one has not rightly")
        done = {key for key in trust.witnesses if note.signed(*key)}
        for name, (need, of) in trust.groups.items(): done |= {name} if len(done.intersection(of)) >= need else set()
        met = trust.quorum in done and not any(note.signed(*key) is False for key in trust.witnesses)
        expect(met, "checkpoint", f"the quorum {trust.quorum} is not met, or a witness has not signed rightly")
        for last, e in zip([None, *self.bindings], self.bindings):
            known = any((self.origin, key) in trust.entry for key in [*e.keys, *(last.keys if last else ())])
            led = known or any(leads(e.chain, anchor) for domain, anchor in trust.anchors if domain == self.daemon.split("/")[2])
            expect(led, e.place, "signed by no listed entry key, and its key proof leads to no listed anchor")

# ---- two ledgers: section 5
def compare(a, b):  # what a has to do with b: a's findings
    if a.origin == b.origin:
        same = not (a.whole and b.whole) or a.size < b.size or mth(a.leaves[:b.size]) == mth(b.leaves)
        return a.expect(same, "fork", "checkpoint", f"it does not begin with what is in {b.name}")
    theirs = {e.digest: e for e in reversed(b.entries)}
    intents = {(e.ledger, e.digest) for e in a.entries + b.entries if e.kind == "transfer-intent"}
    for e in a.entries if a.counts and b.counts else []:
        def expect(holds, kind, sentence, weight="wrong"):
            if not a.expect(holds, kind, e.place, sentence, weight): e.doubts[kind] = weight
        p, other, peers = e.says, theirs.get(e.digest), e.says.get("peerOrigin") == b.origin
        same, sides = other and other.raw == e.raw, [({a.origin: a, b.origin: b}.get(s["origin"]), s) for s in e.sides]
        joint, named = {ledger for ledger, _ in sides} == {a, b}, [(b, p["peerIntent"])] if "peerIntent" in p and peers else []
        if e.kind == "transfer-receipt" and joint:
            named = [(ledger, s["intent"]) for ledger, s in sides]
            signed = all(e.signed(ledger.ever.get((*s["entryKeys"],))) for ledger, s in sides)
            expect(other, "receipt-missing", f"{b.name} does not have it", "incomplete")
            expect(same or not other, "receipt-differs", f"not as in {b.name}")
            expect(signed, "receipt-signature", "a half is not signed by keys that were in force")
        if e.kind == "seal" and joint and p["origin"] == b.origin:
            right = (same or not other) and any(map(e.signed, b.ever.values()))
            expect(right and other, "seal-missing", f"it is not so in {b.name}", "incomplete" if right else "wrong")
        for one in named: expect(one in intents, "intent-missing", f"{one[0].name} does not have an intent it names", "incomplete")
        intents |= {*named}
        if e.kind == "observed-fork" and peers:
            keys = [[key for k in b.bindings if k.digest == p.get(m, p["binding"]) for key in k.logs] for m in ("firstBinding", "binding")]
            signed = all(keys) and all(Note(p[note].encode()).signed(*key) for note, of in zip(("first", "second"), keys) for key in of)
            expect(signed and p["peer"] == b.daemon, "fork", "not signed by the log keys it names", "wrong" if all(keys) else "incomplete")

# ---- custody: section 6. Of the rows of a kind of copy, the first one decides of which all is there in its ledger
ENDS = {"destroyed": "destruction", "released": "possession-released", "destroying": "destruction-intent"}
OPEN, TELL = {"partial": "transfer-abort", "possible": "transfer-intent"}, ["possession", "seal", "transfer-receipt", "receipt-pending"]
ROWS = {"adopted": ENDS | {"held": "possession"}, "sealed": {"source": "seal"}, "source": {"receipted": "transfer-receipt"} | OPEN,
    "destination": ENDS | {"held": "possession transfer-receipt", "one-sided": "possession", "": "transfer-abort staging-destroyed"} | OPEN}
def ends(e):  # of an intent, a seal or a receipt: the source and its ledger, the destination and its ledger
    both = [(s["id"], s["origin"]) for s in e.sides] or [e.by, (e.says["peer"], e.says["peerOrigin"])]
    return both[::-1] if e.says.get("role") == "destination" else both
def copy(rows, about, of, good, **says):  # as JSON, but that `entries` and `facts` are entries
    there, other = {e.kind: e for e in reversed(of) if e.ledger is about.ledger}, about.says.get("peerOrigin", about.by[1])
    state, gave = next((state, there[kinds.split()[0]]) for state, kinds in ROWS[rows].items() if {*kinds.split()} <= {*there})
    if rows == "source" and gave.says.get("exposedBytesMax") == "0": state = ""
    began, until = None if rows == "source" else there.get("possession"), gave if state in ("destroyed", "released") else None
    seen = [e.time for e in about.ledger.entries[began.index:until and until.index] if e is began or e.kind == "possession"
            and (e.where, e.subject) == (about.where, began.subject)] if began else []
    return dict(content=about.says.get("content"), tree=about.subject, origin=about.by[1], holder=about.by[0], facts=of, entries=of,
                since=(began or (gave if state == "receipted" else about)).time, until=until and until.time, verified=[None, *seen][-1],
                state=state, unheard=None if other in good else other, volume=about.where[0], name=about.where[1]) | says
def of_transfer(of, good):  # its copies, by what is first of a kind (and role) in two ledgers; the destination's word comes first
    intents = {(e.ledger, e.says["role"]): e for e in reversed(of) if e.kind == "transfer-intent"}
    agreed = {(e.ledger, *ends(e)) for e in intents.values()}  # a receipt counts in a ledger that has intended just that
    there = {key: e for key, e in {(e.ledger, e.kind): e for e in reversed(of)}.items() if "wrong" not in e.doubts.values()
             and (e.kind != "transfer-receipt" or (e.ledger, *ends(e)) in agreed)}
    for (_, role), e in intents.items():
        (giver, giving), (taker, taking) = ends(e)
        s, d = (intents[key].says if key in intents else {} for key in ((good.get(giving), "source"), (good.get(taking), "destination")))
        if d and role == "source": continue  # the destination's intent decides
        facts = [there[side, kind] for side in (good.get(taking), good.get(giving)) for kind in TELL if (side, kind) in there]
        tree, content = (facts[0].subject, facts[0].says["content"]) if facts else (d.get("tree", s.get("tree")), "")
        yield copy(role, e, there.values(), good, entries=of, facts=facts, content=content, tree=tree, origin=taking, holder=taker, **{
            "from": giver, "transfer": e.says["transfer"], "principal": e.says["principal"], "grant": d.get("grant", s.get("grant")),
            **{end + m.title(): says.get(m) for end, says in (("source", s), ("destination", d)) for m in ("rule", "policy")}})
def adopted(e, good):  # what is later of its place, up to the next adoption there
    there = [later for later in e.ledger.entries[e.index + 1:] if later.where == e.where and "transfer" not in later.says]
    window = itertools.takewhile(lambda later: later.says.get("state") != "adopted", there)
    return copy("adopted", e, [e, *(later for later in window if later.subject == e.subject and later.kind in ENDS.values())], good)
def custody(ledgers):
    good, entries = {l.origin: l for l in ledgers if l.counts}, [e for l in ledgers if l.counts for e in l.entries]
    transfers, seals, missing = collections.defaultdict(list), collections.defaultdict(list), set()
    for e in entries:
        if e.sides or e.kind == "transfer-intent": missing |= {(origin, daemon) for daemon, origin in ends(e)}
        if e.kind == "seal" and (good.get(e.by[1], e.ledger) is e.ledger or e.doubts.get("seal-missing") == "incomplete"):
            seals[e.says["content"], e.by[1]].append(e)
        if "transfer" in e.says: transfers[e.says["transfer"]].append(e)
    copies = [copy for of in transfers.values() for copy in of_transfer(of, good) if copy["state"]]
    copies += [adopted(e, good) for e in entries if e.says.get("state") == "adopted"]
    held = {(c["content"], c["origin"]) for c in copies if c["state"] in ("held", "one-sided", "destroying")}
    copies += [copy("sealed", min(of, key=lambda e: e.time), of, good) for key, of in seals.items() if key not in held]
    by, said = ("origin", "volume", "name", "since", "transfer"), lambda c: (not c["content"], c["content"] or c["transfer"])
    copies.sort(key=lambda c: (*said(c), *(c.get(member, "") for member in by), c["entries"][0].order))
    told = [(*e.order, kind, e.doubts[kind]) for e in entries for kind in sorted(e.doubts)]
    return {"version": 1, "checkpoints": [checkpoint([*group]) for _, group in itertools.groupby(copies, said)],
            "ledgers": [{member: vars(l)[member] for member in ("origin", "daemon", "size", "root", "verdict")} for l in ledgers],
            "missing": [{"origin": o, "daemon": d} for o, d in sorted(missing) if o not in {l.origin for l in ledgers}],
            **({"findings": [dict(zip(("origin", "index", "kind", "verdict"), one)) for one in told]} if told else {})}
def checkpoint(group):  # copies of one content
    said = sorted((e for c in group for e in c["facts"] if e.kind in TELL[:3] and e.says["content"] == c["content"]), key=lambda e: e.order)
    return {"content": group[0]["content"], "trees": sorted({c["tree"] for c in group if c["tree"]}),
            "names": sorted({f"{c['volume']}/{c['name']}" for c in group if c["volume"]}),
            **{member: e.says[member] for e in said[:1] for member in ("files", "logicalBytes")},
            "copies": [{member: v for member, v in c.items() if v is not None and member not in ("content", "facts")} | {
                "entries": [{"origin": e.ledger.origin, "index": e.index, "what": e.kind} for e in c["entries"]]} for c in group]}

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, how in ("ledger", {"nargs": "+"}), ("--trust", {}), ("--custody", {"action": "store_true"}): parser.add_argument(name, **how)
    args = parser.parse_args()
    try: trust = Trust(args.trust) if args.trust else None
    except Exception as e: return print(f"unreadable\t{args.trust}\t{e}", file=sys.stderr) or 3
    ledgers = [Ledger(name, trust) for name in args.ledger]
    for a, b in (pairs := [*itertools.permutations(ledgers, 2)]): compare(a, b)
    for l in ledgers: print(*(f"{kind}\t{l.name}: {place}\t{sentence}" for kind, place, sentence, _ in l.found),
        f"{l.verdict}\t{l.name}\t{l.origin}, {l.size} entries", sep="\n", file=sys.stderr if args.custody else sys.stdout)
    if args.custody and any(a.origin == b.origin != "" for a, b in pairs): parser.error("two ledgers of one origin")
    derived = custody(sorted(ledgers, key=lambda l: l.origin)) if args.custody else {"missing": []}
    if args.custody: print(canonical(derived).decode())
    weights = {weight for l in ledgers for *_, weight in l.found} | {"incomplete" for _ in derived["missing"]}
    return next((code for weight, code in (("wrong", 5), ("unreadable", 3), ("incomplete", 9)) if weight in weights), 0)
if __name__ == "__main__": sys.exit(main())
