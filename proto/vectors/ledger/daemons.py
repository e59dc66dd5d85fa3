"""Daemons that write ledgers, for generate.py: from SPEC.md, sections 10 and 11, and LEDGER.md, without any code of the implementation."""

import datetime
import hashlib
import importlib.util
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("record", HERE.parent / "record" / "generate.py")
record = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(record)
b64, sha, canonical, envelope, statement = record.b64, record.sha, record.canonical, record.envelope, record.statement

START = datetime.datetime(2026, 2, 1, 8, 0, 0, tzinfo=datetime.timezone.utc)


class Clock:
    """The story's: each statement is some seconds after the one before."""

    def __init__(self):
        self.now = START

    def tick(self, seconds=7):
        self.now += datetime.timedelta(seconds=seconds, milliseconds=1)
        return self.text()

    def text(self):
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"


# ---- certificates


def certificate(subject, key, issuer, issuer_key, serial, uris=(), ca=False, start=START - datetime.timedelta(days=1), days=90, path=None, extra=()):
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        False,
    )
    usage["key_cert_sign" if ca else "digital_signature"] = True
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, path), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    if not ca:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
    if uris:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(u) for u in uris]), critical=False)
    for extension in extra:
        builder = builder.add_extension(extension, critical=True)
    signed = builder.sign(issuer_key.key, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(serialization.Encoding.DER)


class Authority:
    """The CA of a trust domain, with one intermediate."""

    def __init__(self, domain):
        self.domain = domain
        self.root_key, self.issuer_key = record.P256(f"{domain} root"), record.P256(f"{domain} issuer")
        self.root = certificate(f"{domain} root", self.root_key, f"{domain} root", self.root_key, 1, ca=True, days=3650)
        self.issuer = certificate(f"{domain} issuer", self.issuer_key, f"{domain} root", self.root_key, 2, ca=True, days=365, path=0)

    def leaf(self, spiffe, key, **how):
        return certificate("leaf", key, f"{self.domain} issuer", self.issuer_key, 3, uris=(spiffe,), **how)

    def trust_line(self):
        return f"ca {self.domain} {b64(self.root)}\n"


# ---- Merkle tree and notes


def digest(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(entry):
    return digest(b"\0", entry)


def mth(leaves):
    """RFC 6962, section 2.1, as it stands there, over leaf hashes."""
    if not leaves:
        return digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return digest(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def consistency(m, leaves, whole=False):
    """RFC 6962, section 2.1.2, with the first hash always there."""
    if m == len(leaves):
        return [mth(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return consistency(m, leaves[:k]) + [mth(leaves[k:])]
    return consistency(m - k, leaves[k:]) + [mth(leaves[:k])]


def tile_path(level, index, width=256):
    digits = f"{index:03d}"
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "/".join(["tile", str(level)] + ["x" + g for g in groups[:-1]] + groups[-1:])
    return path if width == 256 else f"{path}.p/{width}"


def bundle(entries):
    return b"".join(len(e).to_bytes(2, "big") + e for e in entries)


def files_of(entries):
    """Path to bytes of all tiles and bundles that this many entries demand."""
    files = {}
    for first in range(0, len(entries), 256):
        part = entries[first : first + 256]
        files[tile_path("entries", first // 256, len(part))] = bundle(part)
    level, row = 0, [leaf_hash(e) for e in entries]
    while row:
        for first in range(0, len(row), 256):
            part = row[first : first + 256]
            files[tile_path(level, first // 256, len(part))] = b"".join(part)
        row = [mth(row[first : first + 256]) for first in range(0, len(row) - 255, 256)]
        level += 1
    return files


RAW = {1: 12, 4: 12, 6: 22}


def key_id(name, kind, key):
    return digest(name.encode(), b"\n", bytes([kind]), key.spki[RAW[kind] :])[:4]


def vkey(name, kind, key):
    return f"{name}+{key_id(name, kind, key).hex()}+{b64(bytes([kind]) + key.spki[RAW[kind]:])}"


def body(origin, size, root):
    return f"{origin}\n{size}\n{b64(root)}\n"


def line(name, kind, key, text, time=None):
    """A signature line over a checkpoint's text; time in seconds for cosignatures."""
    origin, size, root = text.split("\n")[:3]
    if kind == 1:
        signed = key.sign(text.encode())
    elif kind == 4:
        signed = time.to_bytes(8, "big") + key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    else:
        message = b"subtree/v1\n\0" + bytes([len(name)]) + name.encode() + time.to_bytes(8, "big")
        message += bytes([len(origin)]) + origin.encode() + bytes(8) + int(size).to_bytes(8, "big") + record.base64.b64decode(root + "==")
        signed = time.to_bytes(8, "big") + key.sign(message)
    return f"\u2014 {name} {b64(key_id(name, kind, key) + signed)}\n"


# ---- daemons


class Daemon:
    """One daemon, its keys, its ledger."""

    def __init__(self, clock, authority, spiffe, origin):
        self.clock, self.authority, self.id, self.origin = clock, authority, spiffe, origin
        self.entries, self.blobs, self.previous = [], {}, ""
        self.generation, self.keys = 0, None
        self.policy = None

    def say(self, predicate, subject, subject_digest, _signers=None, _role=None, **members):
        """A statement of this daemon, signed as section 11 demands: payload and envelope, not yet logged."""
        who = {"daemon": self.id, "origin": self.origin, "time": self.clock.tick()}
        payload = canonical(statement(predicate, subject, subject_digest, {**who, **members}))
        return payload, envelope(payload, *(_signers or self.keys.entry()[:1]))

    def log(self, said):
        self.entries.append(said[1])
        return sha(said[0])

    def blob(self, content):
        self.blobs[sha(content)] = content
        return sha(content)

    def bind(self, old_sign=True, leaf_key=None, leaf_id=None, sign=True):
        """New keys, and the entry that brings them."""
        old, self.generation = self.keys, self.generation + 1
        self.keys = record.Keys(f"{self.id} {self.generation}")
        listed = {"spiffeId": self.id, "origin": self.origin, "previous": self.previous, "keys": self.keys.members()}
        leaf = leaf_key or record.P256(f"{self.id} leaf {self.generation}")
        chain = [self.authority.leaf(leaf_id or self.id, leaf), self.authority.issuer]
        proof = record.proof(listed, leaf, "ecdsa-p256-sha256", chain)
        signers = [*self.keys.entry(), *(old.entry() if old and old_sign else ())]
        if not sign:
            signers = record.Keys("nobody").entry()
        said = self.say("key-binding", self.id, sha(canonical(listed)), signers, list=listed, proof=self.blob(proof))
        self.previous = self.log(said)
        return said

    def start(self, stopped="first"):
        self.log(self.say("daemon-start", "software", sha("distribution"), version="carnet 0.1.0", stopped=stopped))

    def change(self, what, text):
        content = self.blob(text.encode())
        before = {"previous": getattr(self, what)} if getattr(self, what, None) else {}
        self.log(self.say(f"{what}-change", what, content, **before))
        setattr(self, what, content)

    def refuse(self, count=1, **members):
        now = self.clock.text()
        facts = {"code": "POLICY", "reason": "no rule", "count": count, "from": now, "to": now}
        self.log(self.say("refusal", "policy", self.policy, **{**facts, **members}))

    def adopt(self, volume, name, tree, content, files=3, size=1000):
        held = {"content": content, "volume": volume, "name": name, "files": files, "logicalBytes": str(size)}
        return self.log(self.say("possession", "tree", tree, state="adopted", **held))

    # ---- the ledger's files

    def checkpoint(self, size=None, keys=None, time=1_770_000_000, witnesses=(), origin=None, entries=None):
        origin, entries = origin or self.origin, (entries or self.entries)[:size]
        text = body(origin, len(entries), mth([leaf_hash(e) for e in entries]))
        return self.sign(text, keys, time) + "".join(
            line(f"{w.origin}/witness", kind, key, text, time + 60) for w in witnesses for kind, key in zip((4, 6), w.keys.pairs["witness"])
        )

    def sign(self, text, keys=None, time=1_770_000_000, origin=None):
        pair = (keys or self.keys).pairs["log"]
        name = origin or text.split("\n")[0]
        return text + "\n" + line(name, 1, pair[0], text) + line(name, 6, pair[1], text, time)

    def files(self, **how):
        blobs = {f"blobs/sha256/{name}": content for name, content in self.blobs.items()}
        return {"checkpoint": self.checkpoint(**how).encode(), **files_of(self.entries[: how.get("size")]), **blobs}

    def log_line(self):
        return f"log {vkey(self.origin, 1, self.keys.pairs['log'][0])}\n"

    def entry_line(self, keys=None):
        return f"entry {self.origin} {(keys or self.keys).ids()[0]}\n"

    def witness_line(self, name, kind=4):
        return f"witness {name} {vkey(f'{self.origin}/witness', kind, self.keys.pairs['witness'][kind == 6])}\n"


class Transfer:
    """One transfer between two daemons, step by step."""

    def __init__(self, source, destination, label, direction="push", mode="open", volume="models", name=None, part=False, size=123_456):
        self.s, self.d, self.label = source, destination, label
        self.id, self.offer, self.checkpoint = sha(f"transfer {label}")[:32], sha(f"offer {label}"), sha(f"checkpoint {label}")[:32]
        self.tree, self.content = sha(f"tree {label}"), sha(f"content {label}")
        self.place = {"volume": volume, "name": name or f"run/{label}"}
        self.direction, self.mode, self.part, self.size = direction, mode, part, size
        self.s_intent = self.d_intent = self.seal = self.possession = None

    def about(self, daemon):
        other = self.s if daemon is self.d else self.d
        return {"transfer": self.id, "role": "source" if daemon is self.s else "destination", "peer": other.id}

    def whole(self):
        return {"partOf": sha(f"whole {self.label}")} if self.part else {}

    def intend(self, daemon):
        other = self.s if daemon is self.d else self.d
        facts = {
            "checkpoint": self.checkpoint, "mode": self.mode, "direction": self.direction, "members": 9, "logicalBytesMax": str(10 * self.size),
            "part": {"index": 0, "of": 1}, "principal": f"{self.direction} operator", "rule": f"rule of {daemon.origin}",
            "policy": daemon.policy, "peerOrigin": other.origin, **self.place, **self.whole(),
        }
        if self.mode == "sealed":
            facts["tree"] = self.tree
        if self.direction == "pull":
            facts["request"] = sha(f"request {self.label}")
        if (daemon is self.s) == (self.direction == "push"):
            facts["grant"] = f"grant of {daemon.origin}"
        if daemon is self.s:
            facts["peerIntent"] = self.d_intent
        return daemon.log(daemon.say("transfer-intent", "offer", self.offer, **self.about(daemon), **facts))

    def begin(self):
        """The destination's intent, then the source's."""
        self.d_intent = self.intend(self.d)
        self.s_intent = self.intend(self.s)
        return self

    def totals(self):
        return {"content": self.content, "files": 6, "logicalBytes": str(self.size)}

    def seal_it(self, at=("s", "d")):
        self.seal_keys = self.s.keys
        said = self.s.say(
            "seal", "tree", self.tree, self.s.keys.entry(), transfer=self.id, offer=self.offer, checkpoint=self.checkpoint, directories=3,
            source={"id": self.s.id, "origin": self.s.origin}, destination={"id": self.d.id, "origin": self.d.origin, **self.place},
            **self.totals(), **self.whole(),
        )
        self.seal, self.seal_time = sha(said[0]), self.s.clock.text()
        for side in at:
            getattr(self, side).log(said)
        return self

    def possess(self):
        said = self.d.say("possession", "tree", self.tree, state="publishing", seal=self.seal, **self.about(self.d), **self.place, **self.totals(), **self.whole())
        self.possession = self.d.log(said)
        return self

    def receipt(self, s_signers=None, d_signers=None, s_ids=None, d_ids=None, sessions=1, at=("d", "s"), log_head=None):
        def session(n):
            return {
                "id": sha(f"session {self.label} {n}")[:32], "sourceKey": sha("leaf s"), "destinationKey": sha("leaf d"), "group": "X25519MLKEM768",
                "suite": "TLS_AES_256_GCM_SHA384", "exporter": sha(f"exporter {n}"), "opened": f"2026-02-01T07:{n:02d}:00.000Z",
            }

        named, more = [session(n) for n in range(sessions)], {}
        if sessions > 8:
            rest = canonical(named[8:])
            more = {"sessionsMore": self.s.blob(rest)}
            self.d.blob(rest)
        now = self.d.clock.text()
        said = self.d.say(
            "transfer-receipt", "tree", self.tree,
            [*(d_signers or self.d.keys.entry()), *(self.s.keys.entry() if s_signers is None else s_signers)],
            transfer=self.id, offer=self.offer, checkpoint=self.checkpoint, directories=3, wireBytes=str(self.size + 72), resentBytes="0",
            source={"id": self.s.id, "origin": self.s.origin, "intent": self.s_intent, "seal": self.seal, "entryKeys": s_ids or self.s.keys.ids(), "time": self.seal_time},
            destination={
                "id": self.d.id, "origin": self.d.origin, **self.place, "intent": self.d_intent, "possession": self.possession,
                "entryKeys": d_ids or self.d.keys.ids(), "time": now, **(log_head or {}),
            },
            sessions=named[:8], **more, **self.totals(), **self.whole(),
        )
        for side in at:
            getattr(self, side).log(said)
        return said

    def complete(self, **how):
        self.begin().seal_it().possess()
        self.receipt(**how)
        return self

    def abort(self, daemon, exposed="0", code="CANCELLED"):
        chunks = "carnet-chunks v1\n" + ("" if exposed == "0" else f"1 0 {sha('cv 0')}\n2 7 {sha('cv 7')}\n")
        daemon.log(
            daemon.say("transfer-abort", "offer", self.offer, **self.about(daemon), code=code, reason="an operator cancelled", exposedBytesMax=exposed, chunks=daemon.blob(chunks.encode()))
        )

    def clear(self):
        self.d.log(self.d.say("staging-destroyed", "offer", self.offer, **self.about(self.d), **self.place))

    def pending(self, daemon):
        mine = {"possession": self.possession, "receipt": sha(f"receipt {self.label}")} if daemon is self.d else {}
        daemon.log(
            daemon.say("receipt-pending", "tree", self.tree, **self.about(daemon), **self.place, offer=self.offer, checkpoint=self.checkpoint, content=self.content, seal=self.seal, since=daemon.clock.text(), **mine)
        )

    def resume(self, daemon):
        daemon.log(
            daemon.say("transfer-resumed", "offer", self.offer, **self.about(daemon), changed=["keys", "policy"], session=sha(f"session {self.label} 1")[:32], policy=daemon.policy, rule="another rule", peerBinding=sha("binding"))
        )

    def verify(self, asker=None):
        asked = {"request": sha(f"question {self.label}")[:32], "asker": asker.id} if asker else {}
        self.d.log(self.d.say("possession", "tree", self.tree, state="verified", **self.place, **self.totals(), **asked))

    def release(self):
        self.d.log(self.d.say("possession-released", "tree", self.tree, **self.about(self.d), **self.place, reason="found missing"))

    def destroy(self, done=True):
        intent = self.d.log(
            self.d.say("destruction-intent", "tree", self.tree, **self.about(self.d), **self.place, **self.totals(), principal="keeper", grant="keepers", policy=self.d.policy)
        )
        if done:
            self.d.log(self.d.say("destruction", "tree", self.tree, **self.about(self.d), **self.place, intent=intent))
