"""The cases in which something is wrong or missing, for generate.py: each with the findings that name it and its place."""

import copy
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import casework
from casework import find, first_keys, flip, payload_of, rewrite, same_tiles, trust_text, with_entry, without
from daemons import START, Daemon, Transfer, b64, body, bundle, canonical, envelope, files_of, leaf_hash, line, mth, record, sha, statement, tile_path, vkey
from stories import observe, pair, story


def lying(files, daemon, entries, **how):
    """The ledger as its own log signs it over other entries."""
    return same_tiles(files, daemon, entries, **how)


def entry_place(i):
    return f"entry {i}"


def add(cases, made_pair, made_story, lone):
    flips(cases, lone)
    files(cases, made_pair, lone)
    notes(cases, made_pair)
    forged(cases, made_pair)
    bindings(cases, made_pair)
    receipts(cases, made_pair)
    forms(cases, made_pair)
    trusts(cases, made_pair, made_story)
    several(cases, made_pair, made_story)


def flips(cases, lone):
    """One bit in each kind of file."""
    long = cases.bases["long"]
    first, second = "tile/entries/000", "tile/entries/001.p/6"
    # a letter in base64 of some signature or payload: the entry is another one
    place = long[second].index(b'"payload":"') + 30
    broken = flip(long, second, place)
    cases.case("one bit of an entry", [("long", broken)], [(0, "tile", "tile/0/001.p/6"), (0, "root", "checkpoint"), (0, "entry", "entry 256")], 5)
    broken = flip(long, first, 0, 7)
    cases.case("one bit of an entry's length", [("long", broken)], [(0, "bundle", first)], 5)
    for path in ("tile/0/000", "tile/0/001.p/6", "tile/1/000.p/1"):
        cases.case(f"one bit of {path}", [("long", flip(long, path, 17, 3))], [(0, "tile", path)], 5)
    root = long["checkpoint"].split(b"\n")[2]
    at = long["checkpoint"].index(root) + 5
    other = b"A" if root[5:6] != b"A" else b"B"
    changed = long["checkpoint"][:at] + other + long["checkpoint"][at + 1 :]
    cases.case("one letter of the root", [("long", {**long, "checkpoint": changed})], [(0, "root", "checkpoint"), (0, "log-signature", "checkpoint")], 5)
    at = long["checkpoint"].rindex(b" ") + 40
    other = b"A" if long["checkpoint"][at : at + 1] != b"A" else b"B"
    changed = long["checkpoint"][:at] + other + long["checkpoint"][at + 1 :]
    signed = [(0, "log-signature", "checkpoint")]
    cases.case("one letter of the log's ML-DSA-44 line", [("long", {**long, "checkpoint": changed})], signed, 5)
    policy = find(lone, "policy-change")
    blob = "blobs/sha256/" + json.loads(payload_of(lone.entries[policy]))["subject"][0]["digest"]["sha256"]
    cases.case("one bit of a blob", [("long", flip(long, blob, 3))], [(0, "blob", f"entry {policy}")], 5)
    proof = "blobs/sha256/" + json.loads(payload_of(lone.entries[0]))["predicate"]["proof"]
    cases.case("one bit of a key proof", [("long", flip(long, proof, 100))], [(0, "blob", "entry 0")], 5)


def files(cases, made, lone):
    """What is gone, longer or shorter."""
    long, first, last = cases.bases["long"], "tile/entries/000", "tile/entries/001.p/6"
    cases.case("no log checkpoint", [("long", without(long, "checkpoint"))], [(0, "unreadable", "checkpoint")], 3)
    for path in (first, last, "tile/0/000", "tile/1/000.p/1"):
        cases.case(f"no {path}", [("long", without(long, path))], [(0, "unreadable", path)], 3)
    cases.case("a bundle with a byte after it", [("long", {**long, last: long[last] + b"\0"})], [(0, "bundle", last)], 5)
    cases.case("a bundle with an empty entry after it", [("long", {**long, last: long[last] + b"\0\0"})], [(0, "bundle", last)], 5)
    cases.case("a bundle that ends in mid-entry", [("long", {**long, last: long[last][:-1]})], [(0, "bundle", last)], 5)
    for path in ("tile/0/000", "tile/0/001.p/6"):
        cases.case(f"{path} with a byte after it", [("long", {**long, path: long[path] + b"\0"})], [(0, "tile", path)], 5)
        cases.case(f"{path} with a hash too few", [("long", {**long, path: long[path][:-32]})], [(0, "tile", path)], 5)
    # a last entry fewer, in all files but the log checkpoint: its size demands files that are not there
    fewer = {**files_of(lone.entries[:-1]), **{p: c for p, c in long.items() if p.startswith(("blobs", "checkpoint"))}}
    cases.case("the last entry removed", [("long", fewer)], [(0, "unreadable", last)], 3)
    cases.case("an entry removed in the middle", [("long", {**long, **files_of(lone.entries[:258] + lone.entries[259:] + lone.entries[258:259])})], [(0, "root", "checkpoint")], 5)
    swapped = lone.entries[:100] + [lone.entries[101], lone.entries[100]] + lone.entries[102:]
    found = [(0, "tile", "tile/0/000"), (0, "tile", "tile/1/000.p/1"), (0, "root", "checkpoint")]
    cases.case("two entries swapped", [("long", {**long, first: bundle(swapped[:256])})], found, 5)
    cases.case("two entries swapped, tiles made anew", [("long", {**long, **files_of(swapped)})], [(0, "root", "checkpoint")], 5)
    # the second bundle, its tile and the level above, cut down to one entry and signed by nobody
    cut = {**files_of(lone.entries[:257]), **{p: c for p, c in long.items() if p.startswith("blobs")}}
    text = body(lone.origin, 257, mth([leaf_hash(e) for e in lone.entries[:257]]))
    cut["checkpoint"] = (text + "\n" + long["checkpoint"].decode().split("\n\n")[1]).encode()
    found = [(0, "log-signature", "checkpoint"), (0, "trust", "checkpoint")]
    cases.case("truncated, with the signatures of the whole", [("long", cut)], found, 5)
    east, _, _ = made
    pair_files, blob = cases.bases["pair/east"], "blobs/sha256/" + east.policy
    cases.case("a policy's text is gone", [("pair/east", without(pair_files, blob))], [(0, "blob", f"entry {find(east, 'policy-change')}")], 9)
    proof = "blobs/sha256/" + json.loads(payload_of(east.entries[0]))["predicate"]["proof"]
    cases.case("a key proof is gone", [("pair/east", without(pair_files, proof))], [(0, "blob", "entry 0")], 9)
    cases.case("a key proof is gone, and anchors are trusted", [("pair/east", without(pair_files, proof))], [(0, "blob", "entry 0"), (0, "trust", "entry 0")], 9, trust="anchors")


def notes(cases, made):
    """Log checkpoints in another form, of another log, by other keys."""
    east, west, _ = made
    given = cases.bases["pair/east"]
    note = given["checkpoint"].decode()
    text, lines = note.split("\n\n")[0] + "\n", note.split("\n\n")[1]
    log = east.keys.pairs["log"]

    def case(name, changed, findings, exit_code=5, **how):
        cases.case(name, [("pair/east", {**given, "checkpoint": changed.encode() if isinstance(changed, str) else changed})], findings, exit_code, **how)

    form, signature = [(0, "checkpoint", "checkpoint")], [(0, "log-signature", "checkpoint")]
    origin, size, root = text.split("\n")[:3]
    case("a log checkpoint with an extension line", east.sign(text + "extension\n"), form)
    case("a log checkpoint with carriage returns", note.replace("\n", "\r\n"), form)
    case("a log checkpoint without its last newline", note[:-1], form)
    case("a log checkpoint with an empty line at its end", note + "\n", form)
    case("a size with a leading zero", east.sign(f"{origin}\n0{size}\n{root}\n"), form)
    case("a size with a plus", east.sign(f"{origin}\n+{size}\n{root}\n"), form)
    case("a root without padding", east.sign(f"{origin}\n{size}\n{root[:-1]}\n"), form)
    case("a root with bits left over", east.sign(f"{origin}\n{size}\n{root[:-2] + chr(ord(root[-2]) + 1)}=\n"), form)
    case("a log checkpoint without signatures", text + "\n", form)
    case("a line that is no signature", note + "hello\n", form)
    case("a line with a hyphen for its dash", note + lines.split("\n")[0].replace("\u2014", "-") + "\n", form)
    case("a log checkpoint that is no UTF-8", note.encode() + b"\xff\n", form)
    case("an origin with spaces", east.sign(f"ledger of east\n{size}\n{root}\n"), form)
    for what, name in (("a control character", "a\u0080b"), ("a space", "a\u2003b"), ("a plus", "a+b"), ("256 bytes", "x" * 254 + "\u00e9")):
        case(f"a line of a key whose name has {what}", note + unknown_line(name), form)
    case("a line of a key whose name has 255 bytes", note + unknown_line("x" * 253 + "\u00e9"), [], 0)
    case("no ML-DSA-44 line", text + "\n" + line(origin, 1, log[0], text), signature)
    case("no Ed25519 line", text + "\n" + line(origin, 6, log[1], text, 1_770_000_000), [*signature, (0, "trust", "checkpoint")])
    case("an ML-DSA-44 line with the time 0", text + "\n" + line(origin, 1, log[0], text) + line(origin, 6, log[1], text, 0), signature)
    wrong = line(origin, 1, log[0], body(origin, 7, bytes(32)))
    case("a second line of the log's key, of another text", note + wrong, signature + [(0, "trust", "checkpoint")])
    case("signed by the witness keys instead", east.sign(text, keys=swapped_pairs(east.keys)), signature + [(0, "trust", "checkpoint")])
    case("signed by another ledger's log", text + "\n" + line(origin, 1, west.keys.pairs["log"][0], text) + line(origin, 6, west.keys.pairs["log"][1], text, 1_770_000_000), signature + [(0, "trust", "checkpoint")])
    theirs = cases.bases["pair/west"]["checkpoint"].decode().split("\n\n")[1]
    case("the lines of another ledger's log checkpoint", text + "\n" + theirs, signature + [(0, "trust", "checkpoint")])
    other = text.replace(east.origin, west.origin)
    unbound = [(0, "binding", "entry 0"), (0, "binding", "entry 1")]
    moved = east.sign(other, keys=east.keys)
    case("a log checkpoint of another origin", moved, unbound + signature + [(0, "trust", "checkpoint")])
    cases.case("another ledger's log checkpoint", [("pair/east", {**given, "checkpoint": west.checkpoint(size=len(east.entries)).encode()})], [(0, "root", "checkpoint"), *unbound, *signature], 5)


def unknown_line(name):
    """Of a key that nobody has."""
    return f"\u2014 {name} {b64(bytes(3) + bytes([1]) + bytes(64))}\n"


def swapped_pairs(keys):
    other = copy.copy(keys)
    other.pairs = {**keys.pairs, "log": keys.pairs["witness"]}
    return other


def forged(cases, made):
    """Entries that somebody changed, with and without the log's help."""
    east, west, push = made
    given = cases.bases["pair/west"]
    seal, start, possession = find(west, "seal"), find(west, "daemon-start"), find(west, "possession")
    lie = rewrite(west, possession, record.Keys("forger").entry()[:1], name="run/other")
    entries = with_entry(west.entries, possession, lie)
    unsigned = (0, "signature", f"entry {possession}")
    cases.case("an entry and its leaf forged", [("pair/west", {**given, **files_of(entries)})], [(0, "root", "checkpoint"), unsigned], 5)
    cases.case("an entry forged by the log", [("pair/west", lying(given, west, entries))], [unsigned], 5)
    for name, keys in (("the log's", "log"), ("a witness's", "witness")):
        entries = with_entry(west.entries, start, rewrite(west, start, west.keys.pairs[keys][:1], version="carnet 0.2.0"))
        cases.case(f"an entry signed with {name} key", [("pair/west", lying(given, west, entries))], [(0, "signature", f"entry {start}")], 5)
    entries = with_entry(west.entries, start, rewrite(west, start, west.keys.entry()[1:], version="carnet 0.2.0"))
    cases.case("an entry signed with ML-DSA-44 alone", [("pair/west", lying(given, west, entries))], [(0, "signature", f"entry {start}")], 5)
    old = json.loads(west.entries[start])
    cases.case(
        "an entry with the signature of another", [("pair/west", lying(given, west, with_entry(west.entries, start, canonical({**old, "signatures": json.loads(west.entries[start - 1])["signatures"]}))))],
        [(0, "signature", f"entry {start}")], 5,
    )
    entries = with_entry(west.entries, start, east.entries[find(east, "daemon-start")])
    cases.case("an entry of another ledger", [("pair/west", lying(given, west, entries))], [(0, "entry", f"entry {start}")], 5)
    entries = with_entry(west.entries, start, rewrite(west, start, west.keys.entry()[:1], origin="ledger.west.example/other"))
    cases.case("an entry that names another ledger", [("pair/west", lying(given, west, entries))], [(0, "entry", f"entry {start}")], 5)
    own = find(east, "seal")
    entries = with_entry(east.entries, own, rewrite(east, own, east.keys.entry()[:1]))
    cases.case("a seal signed with Ed25519 alone", [("pair/east", lying(cases.bases["pair/east"], east, entries))], [(0, "signature", f"entry {own}")], 5)
    foreign = Transfer(Daemon(east.clock, west.authority, "spiffe://north.example/carnet/node-3", "ledger.north.example/node-3"), east, "foreign")
    foreign.s.keys = record.Keys("foreign")
    foreign.seal_it(at=("s",))
    entries = with_entry(west.entries, seal, foreign.s.entries[0])
    cases.case("a seal between others", [("pair/west", lying(given, west, entries))], [(0, "entry", f"entry {seal}")], 5)


def bindings(cases, made):
    """Key bindings that do not verify: none of their keys is in force."""
    for name, how in (
        ("a key binding that nobody signed", {"sign": False}),
        ("a key binding that the keys before have not signed", {"old_sign": False}),
        ("a key binding with another daemon's certificate", {"leaf_id": "spiffe://east.example/carnet/node-2"}),
    ):
        east, _, _ = pair()
        first = east.keys
        east.bind(**how)
        at = len(east.entries) - 1
        east.refuse(principal="trainer")
        found = [(0, "binding", f"entry {at}"), (0, "signature", f"entry {at + 1}"), (0, "log-signature", "checkpoint")]
        cases.case(name, [("pair/east", east.files())], found, 5)
        if how.get("sign", True) is False:
            cases.case(f"{name}, and the log knows it", [("pair/east", east.files(keys=first))], found[:2], 5)
    east, _, _ = pair()
    east.previous = sha("another binding")
    east.bind()
    at = len(east.entries) - 1
    cases.case("a key binding that follows another", [("pair/east", east.files(keys=first_keys(east)))], [(0, "binding", f"entry {at}")], 5)
    east, _, _ = pair()
    east.entries = east.entries[1:]
    cases.case("a ledger without a key binding", [("pair/east", east.files())], [(0, "binding", "entry 0"), (0, "log-signature", "checkpoint")], 5)
    east, _, _ = pair()
    ghost = Daemon(east.clock, east.authority, east.id, east.origin)
    ghost.previous = sha("a binding before the first")
    ghost.bind()
    # what stands before the first key binding is told once
    entries, unbound = [ghost.entries[0], *east.entries[1:]], [(0, "binding", "entry 0"), (0, "binding", "entry 1")]
    lie = same_tiles(cases.bases["pair/east"], east, entries)
    lie |= {f"blobs/sha256/{n}": c for n, c in ghost.blobs.items()}
    cases.case("a first key binding that names one before", [("pair/east", lie)], [*unbound, (0, "log-signature", "checkpoint")], 5)
    # a proof that is not by the leaf it shows
    east, _, _ = pair()
    said = json.loads(payload_of(east.entries[0]))
    listed = said["predicate"]["list"]
    leaf = record.P256("another leaf")
    chain = [east.authority.leaf(east.id, leaf), east.authority.issuer]
    bad = record.proof(listed, record.P256("not the leaf"), "ecdsa-p256-sha256", chain)
    said["predicate"]["proof"] = east.blob(bad)
    entries = with_entry(east.entries, 0, envelope(canonical(said), *east.keys.entry()))
    cases.case("a key proof that its leaf has not signed", [("pair/east", same_tiles(cases.bases["pair/east"], east, entries))], [*unbound, (0, "log-signature", "checkpoint")], 5)


def receipts(cases, made):
    """Receipts signed by the wrong keys, by too few, in other bytes."""

    def signed(name, east_finds, west_finds, **how):
        east, west, push = pair()
        east.entries, west.entries = east.entries[: find(east, "transfer-receipt")], west.entries[: find(west, "transfer-receipt")]
        push.receipt(**{k: v(east, west) for k, v in how.items()})
        at = [len(east.entries) - 1, len(west.entries) - 1]
        found = [(0, k, f"entry {at[0]}") for k in east_finds] + [(1, k, f"entry {at[1]}") for k in west_finds]
        cases.case(name, [("pair/east", east.files()), ("pair/west", west.files())], found, 5)

    own = ["signature"]
    signed("a receipt that a stranger signed for the source", own, [], s_signers=lambda e, w: record.Keys("stranger").entry())
    signed("a receipt that a stranger signed for the destination", [], own, d_signers=lambda e, w: record.Keys("stranger").entry())
    signed("a receipt signed with the log's keys", own, [], s_signers=lambda e, w: e.keys.pairs["log"], s_ids=lambda e, w: [sha(k.spki) for k in e.keys.pairs["log"]])
    tls = (record.Ed25519("a TLS leaf"), record.MlDsa44("what nobody has"))
    signed("a receipt signed with a TLS key", own, [], s_signers=lambda e, w: tls, s_ids=lambda e, w: [sha(k.spki) for k in tls])
    signed("a receipt of one side alone", own, own, s_signers=lambda e, w: ())
    signed("a receipt without the source's ML-DSA-44", own, own, s_signers=lambda e, w: e.keys.entry()[:1])
    for side, how in (("s", "d_signers"), ("d", "s_signers")):
        east, west, push = pair()
        for daemon in east, west:
            daemon.entries = daemon.entries[: find(daemon, "transfer-receipt")]
        push.receipt(**{how: record.Keys("stranger").entry()}, at=(side,))
        n, has = (0, east) if side == "s" else (1, west)
        found = [(n, kind, f"entry {len(has.entries) - 1}") for kind in ("receipt-missing", "receipt-signature")]
        cases.case(f"a receipt that {('west', 'east')[n]} never signed, in {('east', 'west')[n]}'s ledger alone", [("pair/east", east.files()), ("pair/west", west.files())], found, 5)

    east, west, push = pair()
    at = find(west, "transfer-receipt")
    old = json.loads(west.entries[at])
    # ML-DSA signs with other randomness: another signature of the same payload, and a right one
    keys = {sha(k.spki): k for k in (*east.keys.entry(), *west.keys.entry())}
    ml = west.keys.ids()[1]
    again = record.ML_DSA_44._sign_internal(keys[ml].key, b"\0\0" + record.pae(payload_of(west.entries[at])), hashlib.sha256(b"other randomness").digest())
    signatures = [{**s, "sig": b64(again)} if s["keyid"] == ml else s for s in old["signatures"]]
    west.entries = with_entry(west.entries, at, canonical({**old, "signatures": signatures}))
    differs = [(0, "receipt-differs", f"entry {find(east, 'transfer-receipt')}"), (1, "receipt-differs", f"entry {at}")]
    cases.case("the same receipt in other bytes", ["pair/east", ("pair/west", west.files())], differs, 5)


def forms(cases, made):
    """Entries in another form, that the log has signed nevertheless."""
    _, west, _ = made
    given, at = cases.bases["pair/west"], find(west, "daemon-start")
    good, payload = west.entries[at], payload_of(west.entries[at])
    key = west.keys.entry()[0]

    def case(name, entry, kind="entry"):
        cases.case(name, [("pair/west", lying(given, west, with_entry(west.entries, at, entry)))], [(0, kind, f"entry {at}")], 5)

    def said(payload):
        return envelope(payload, key)

    case("an entry with a space", good.replace(b'","', b'", "', 1))
    case("an entry with a newline after it", good + b"\n")
    case("an entry with its payload twice", good.replace(b'{"payload":', b'{"payload":"e30=","payload":', 1))
    case("an entry of no bytes", b"")
    case("an entry that is no JSON", b"\xff\xfe")
    case("a payload with a member twice", said(payload.replace(b'"stopped":"first"', b'"stopped":"clean","stopped":"first"')))
    case("a payload with the same member twice", said(payload.replace(b'"stopped":"first"', b'"stopped":"first","stopped":"first"')))
    case("a payload with an escape that is not needed", said(payload.replace(b"carnet 0", b"carnet\\u00200")))
    case("a payload with a member too many", said(payload.replace(b'"stopped":', b'"note":"x","stopped":')))
    case("a payload with its members out of order", said(payload.replace(b'"_type":"https://in-toto.io/Statement/v1",', b"").replace(b"}}", b'},"_type":"https://in-toto.io/Statement/v1"}')))
    case("a payload with a fraction", said(payload.replace(b'"first"', b"1.0")))
    case("a predicate that nobody knows", said(payload.replace(b"daemon-start/v1", b"daemon-stop/v1")))
    case("a label that turns text round", said(payload.replace(b"carnet 0.1.0", "carnet \u202e0.1.0".encode())))
    case("a time without milliseconds", said(canonical({**json.loads(payload), "predicate": {**json.loads(payload)["predicate"], "time": "2026-02-01T08:00:00Z"}})))
    one = json.loads(good)["signatures"][0]
    raw = record.base64.b64decode(one["sig"])
    case("an Ed25519 signature with s beyond the order", canonical({**json.loads(good), "signatures": [record.with_high_s(one)]}), "signature")
    case("an Ed25519 signature of 65 bytes", canonical({**json.loads(good), "signatures": [{**one, "sig": b64(raw + b"\0")}]}), "signature")
    case("an Ed25519 signature whose R is not canonical", canonical({**json.loads(good), "signatures": [{**one, "sig": b64(bytes([0xEE]) + b"\xff" * 30 + b"\x7f" + raw[32:])}]}), "signature")
    case("an Ed25519 signature whose R is the neutral element", canonical({**json.loads(good), "signatures": [{**one, "sig": b64(neutral(key, record.pae(payload)))}]}), "signature")
    case("base64 of a signature with bits left over", canonical({**json.loads(good), "signatures": [{**one, "sig": one["sig"][:-3] + chr(ord(one["sig"][-3]) + 1) + "=="}]}))
    for name, kind, members in (
        ("an intent with a grant of the side that was not asked", "transfer-intent", {"grant": "x"}),
        ("a push of a part", "transfer-intent", {"mode": "sealed", "tree": sha("x"), "partOf": sha("x")}),
        ("more parts than there may be", "transfer-intent", {"part": {"index": 0, "of": 65_537}}),
        ("more files than there may be", "possession", {"files": 1_000_001}),
        ("a change that says it follows nothing", "policy-change", {"previous": ""}),
    ):
        where = find(west, kind)
        entries = with_entry(west.entries, where, rewrite(west, where, [key], **members))
        cases.case(name, [("pair/west", lying(given, west, entries))], [(0, "entry", f"entry {where}")], 5)
    where, both = find(west, "transfer-receipt"), [*west.keys.entry(), *made[0].keys.entry()]
    sessions = json.loads(payload_of(west.entries[where]))["predicate"]["sessions"]
    for member, name in (("group", "X25519-MLKEM768"), ("suite", "TLS AES 256"), ("suite", "T" * 65)):
        lie = rewrite(west, where, both, sessions=[{**sessions[0], member: name}])
        cases.case(f"a session with the {member} {name}", [("pair/west", lying(given, west, with_entry(west.entries, where, lie)))], [(0, "entry", f"entry {where}")], 5)
    big = envelope(payload, key)[:-2] + b"," + b" " * 32_000 + b"]}"
    case("an entry of more than 32 KiB", big)


def neutral(key, message):
    """What the equation accepts with R the neutral element: s is the hash times the secret."""
    secret = hashlib.sha512(key.key.private_bytes_raw()).digest()[:32]
    scalar = int.from_bytes(secret, "little") & (2**254 - 8) | 2**254
    r = bytes([1]) + bytes(31)
    hashed = int.from_bytes(hashlib.sha512(r + key.spki[12:] + message).digest(), "little")
    return r + (hashed * scalar % record.ORDER).to_bytes(32, "little")


def trusts(cases, made, made_story):
    """Trust files that do not vouch, and some that cannot be read."""
    east, west, _ = made
    vouch = (0, "trust", "checkpoint")
    entry = [(east, east.keys)]

    def case(name, text, findings, exit_code=9, ledger="pair/east"):
        cases.trust(name.translate(str.maketrans({" ": "-", ",": None, "'": None})), text)
        cases.case(name, [ledger], findings, exit_code, trust=name.translate(str.maketrans({" ": "-", ",": None, "'": None})))

    case("trust in another log", trust_text(west, entry=entry), [vouch])
    case("trust in another entry key", trust_text(east, entry=[(east, west.keys)]), [(0, "trust", "entry 0")])
    case("trust in another anchor", trust_text(east) + f"ca east.example {b64(west.authority.root)}\n", [(0, "trust", "entry 0")])
    case("trust in an anchor of another domain", trust_text(east) + f"ca west.example {b64(east.authority.root)}\n", [(0, "trust", "entry 0")])
    case("trust in an issuer below the anchor", trust_text(east) + f"ca east.example {b64(east.authority.issuer)}\n", [], 0)
    key = vkey(east.origin, 1, east.keys.pairs["witness"][0])
    case("trust in a witness key in place of a log's", f"log {key}\nquorum none\n{east.entry_line()}", [vouch])
    key = vkey(east.origin, 6, east.keys.pairs["log"][1])
    case("trust in the log's ML-DSA-44 key alone", f"log {key}\nquorum none\n{east.entry_line()}", [], 0)
    case("a quorum that is not met", trust_text(east, entry=entry, witnesses=[made_story[2]], quorum="W0"), [vouch])
    case("a quorum of which one is missing", trust_text(east, entry=entry, witnesses=[west, made_story[2]], quorum="G"), [vouch])
    any_of = trust_text(east, entry=entry, witnesses=[west, made_story[2]], quorum="G").replace("group G all", "group G 1")
    case("a quorum of which one is enough", any_of, [], 0)
    case("comments, tabs, addresses", "\t# x\n\n log\t" + trust_text(east, entry=entry).split("\n")[1][4:] + " https://east.example/ \nquorum  none\t\n" + east.entry_line(), [], 0)
    unreadable = []
    padded = next(der for der in (east.authority.root, west.authority.root, east.authority.issuer) if len(der) % 3)
    unfit = no_signer("east.example root")
    good = trust_text(east, entry=entry, witnesses=[west], quorum="W0")
    for name, text in (
        ("a trust file without a newline at its end", good[:-1]),
        ("a trust file with carriage returns", good.replace("\n", "\r\n")),
        ("a trust file without a quorum", good.replace("quorum W0\n", "")),
        ("a trust file with two quorums", good + "quorum none\n"),
        ("a trust file with a log twice", good + east.log_line()),
        ("a trust file with a witness as log", good + "log " + west.witness_line("x").split(" ")[2]),
        ("a trust file with a log as witness", good.replace("quorum", f"witness X {east.log_line()[4:]}quorum", 1)),
        ("a trust file with a group of nobody", good.replace("quorum", "group G any X\nquorum", 1)),
        ("a trust file with a group that needs too many", good.replace("quorum", "group G 2 W0\nquorum", 1)),
        ("a trust file with a vkey of another id", good.replace(f"{east.origin}+", f"{east.origin}+00000000+", 1).replace("+00000000+" + good.split(f"{east.origin}+", 1)[1][:8], "+00000000", 1)),
        ("a trust file with a line that nobody knows", good + "anchor x\n"),
        ("a trust file with an entry key that is none", good + f"entry {east.origin} abc\n"),
        ("a trust file with an entry key of what is no origin", good + f"entry a+b {'0' * 64}\n"),
        ("a trust file with another space before a line", good.replace("log ", "\u2003log ", 1)),
        ("a trust file with another space before a comment", good.replace("#", "\u2003#", 1)),
        ("a trust file with a key whose name has a space", good + f"log {vkey('a' + chr(0xA0) + 'b', 1, west.keys.pairs['log'][0])}\n"),
        ("a trust file that is no UTF-8", good.encode() + b"# \xff\n"),
        ("a trust file with an anchor without padding", good + f"ca east.example {b64(padded).rstrip('=')}\n"),
        ("a trust file with an anchor that is no CA", good + f"ca east.example {b64(east.authority.leaf(east.id, record.P256('a leaf')))}\n"),
        ("a trust file with an anchor that may not sign certificates", good + f"ca east.example {b64(unfit)}\n"),
        ("a trust file with an anchor of a domain in capitals", good + f"ca East.example {b64(padded)}\n"),
        ("a trust file with an anchor of a domain of 256 letters", good + f"ca {'a' * 256} {b64(padded)}\n"),
    ):
        case(name, text, unreadable, 3)
    # a known witness whose line fails: the whole note is not believed
    note = cases.bases["pair/east"]["checkpoint"].decode()
    cut = note.split("\n\n")
    wrong = line(f"{west.origin}/witness", 4, west.keys.pairs["witness"][0], body(east.origin, 3, bytes(32)), 1_770_000_000)
    files = {**cases.bases["pair/east"], "checkpoint": (note + wrong).encode()}
    cases.trust("listed", good)
    cases.case("a known witness's second line fails", [("pair/east", files)], [vouch], 9, trust="listed")
    files = {**cases.bases["pair/east"], "checkpoint": note.replace(cut[1].split("\n")[2] + "\n", wrong).encode()}
    cases.case("a known witness's line fails", [("pair/east", files)], [vouch], 9, trust="listed")


    # a key of the log from before a change of keys, as whoever listed it has it
    story_east = made_story[0]
    old = first_keys(story_east).pairs["log"][0]
    cases.trust("an-older-key-of-the-log", f"log {vkey(story_east.origin, 1, old)}\n" + trust_text(story_east, entry=[(story_east, first_keys(story_east))]))
    cases.case("a listed key of the log from before a change of keys", ["story/east"], [], 0, trust="an-older-key-of-the-log")
    given = cases.bases["story/east"]
    wrong = line(story_east.origin, 1, old, body(story_east.origin, 7, bytes(32)))
    files = {**given, "checkpoint": given["checkpoint"] + wrong.encode()}
    cases.case("a line of a listed key of the log from before a change of keys fails", [("story/east", files)], [vouch], 9, trust="an-older-key-of-the-log")


def no_signer(name):
    """A CA's certificate with a key usage that does not let it sign any."""
    key = record.P256(name)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(True, *[False] * 8)
    made = x509.CertificateBuilder(name, name, key.key.public_key(), 9, START, START + datetime.timedelta(days=90))
    made = made.add_extension(x509.BasicConstraints(True, None), True).add_extension(usage, True)
    return made.sign(key.key, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(serialization.Encoding.DER)


def several(cases, made, made_story):
    """What only two ledgers show."""
    east, west, _ = made
    story_east, story_west, story_north, other = made_story
    at = find(west, "transfer-receipt")
    short = copy.copy(west)
    short.entries = west.entries[:at]
    cases.case("a destination's ledger from before the receipt", ["pair/east", ("pair/west", short.files())], [(0, "receipt-missing", f"entry {find(east, 'transfer-receipt')}")], 9)
    short = copy.copy(east)
    short.entries = east.entries[: find(east, "transfer-intent")]
    missing = [(1, "receipt-missing", f"entry {at}"), (1, "seal-missing", f"entry {find(west, 'seal')}"), (1, "intent-missing", f"entry {at}")]
    cases.case("a source's ledger from before the transfer", [("pair/east", short.files()), "pair/west"], missing, 9)
    short = copy.copy(west)
    short.entries = west.entries[: find(west, "transfer-intent")]
    missing = [(0, "receipt-missing", f"entry {find(east, 'transfer-receipt')}")] + [(0, "intent-missing", f"entry {find(east, 'transfer-intent')}")]
    cases.case("a destination's ledger from before the transfer", ["pair/east", ("pair/west", short.files())], missing, 9)

    at = find(west, "seal")
    lie = rewrite(west, at, record.Keys("stranger").entry())
    entries = with_entry(west.entries, at, lie)
    lying_west = ("pair/west", lying(cases.bases["pair/west"], west, entries))
    cases.case("a seal that the source never signed", ["pair/east", lying_west], [(1, "seal-missing", f"entry {at}")], 5)
    lie = rewrite(west, at, record.Keys("stranger").entry(), content=sha("other content"))
    lying_west = ("pair/west", lying(cases.bases["pair/west"], west, with_entry(west.entries, at, lie)))
    cases.case("a seal of other content that the source never signed", ["pair/east", lying_west], [(1, "seal-missing", f"entry {at}")], 5)

    cases.case("two histories of one ledger", ["story/north", ("story/north", other.files())], [(0, "fork", "checkpoint")], 5)
    short = copy.copy(story_north)
    short.entries = story_north.entries[:5]
    cases.case("an older copy of the same ledger", ["story/north", ("story/north", short.files())], [], 0)
    cases.case("two histories of one length", ["story/north", ("story/north", {**story_north.files(size=len(other.entries))}), ("story/north", other.files())], [(0, "fork", "checkpoint"), (1, "fork", "checkpoint"), (2, "fork", "checkpoint")], 5)

    def accuse(name, kind, exit_code, **changes):
        (e, w, n, o), _ = story()
        observe(w, n, n.entries, o.entries[:7], **changes(n, o) if callable(changes) else {k: v(n, o) for k, v in changes.items()})
        found = [(0, kind, f"entry {len(w.entries) - 1}")]
        cases.case(name, [("story/west", w.files()), "story/north"], found, exit_code)

    def accuse_over_a_change(name, findings, exit_code, old=1, binding=lambda first: first):
        """East, which has replaced its keys: what it signed with the old ones, and its whole log."""
        (e, w, n, o), _ = story()
        first = {"firstBinding": binding(sha(payload_of(e.entries[0])))}
        others = [*e.entries[:4], w.entries[4]]
        said = e.checkpoint(entries=others, keys=record.Keys(f"{e.id} {old}"))
        observe(w, e, e.entries, others, first=said, **{k: v for k, v in first.items() if v})
        found = [(0, kind, f"entry {len(w.entries) - 1}") for kind in findings]
        cases.case(name, [("story/west", w.files()), "story/east"], found, exit_code)

    accuse_over_a_change("a fork over a change of keys", [], 0)
    accuse_over_a_change("a fork over a change of keys, by the new keys", ["fork"], 5, old=2)
    accuse_over_a_change("a fork over a change of keys that it does not name", ["fork"], 5, binding=lambda first: None)
    accuse_over_a_change("a fork over a change of keys that the peer's ledger does not know", ["fork"], 9, binding=lambda first: sha("a binding"))
    accuse("a fork that names one binding twice", "entry", 5, firstBinding=lambda n, o: n.previous)
    accuse("a fork that the peer has not signed", "fork", 5, keys=lambda n, o: record.Keys("somebody"))
    accuse("a fork by keys that the peer's ledger does not know", "fork", 9, binding=lambda n, o: sha("a binding"))
    accuse("a fork that is none", "entry", 5, first=lambda n, o: n.checkpoint(size=7))
    accuse("a fork with a proof of something else", "entry", 5, proof=lambda n, o: [sha("x"), sha("y"), sha("z")])
    accuse("a fork with one line and three", "entry", 5, first=lambda n, o: without_last(n.checkpoint(entries=o.entries[:7])), second=lambda n, o: n.checkpoint() + last(n.checkpoint()))
    accuse("a fork of another daemon than the key binding's", "fork", 5, peer=lambda n, o: "spiffe://north.example/carnet/another")
    accuse("a fork with a witness's line", "entry", 5, first=lambda n, o: n.checkpoint(entries=o.entries[:7], witnesses=[made_story[0]]))


def last(note):
    """Its last line."""
    return note.splitlines(keepends=True)[-1]


def without_last(note):
    return note[: -len(last(note))]
