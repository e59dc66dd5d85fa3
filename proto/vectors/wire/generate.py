#!/usr/bin/env python3
"""Writes joins.json and control.json from SPEC.md, section 6, and control.proto, without any code of the implementation."""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import zlib

# ---- protobuf, as little of it as is needed ------------------------------------------------------------------------------------------


def varint(n: int) -> bytes:
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def u(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value) if value else b""


def s(number: int, value) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def zigzag(n: int) -> int:
    return n << 1 if n >= 0 else (-n << 1) - 1


BODIES = (
    "hello heartbeat goodbye need_streams request offer accept refuse exists begin resume held file_page file_page_ack file_seals"
    " ack seal receipt countersigned closed cancel aborted waiting blob_page exists_answer list_request list_page verify_request"
    " verify_answer probe probe_ready probe_end probe_result key_step"
    " log_known log_grown log_cosigned"
).split()


def control(body: str, *fields: bytes) -> bytes:
    return s(BODIES.index(body) + 1, b"".join(fields))


def digest(label: str) -> bytes:
    return hashlib.sha256(label.encode()).digest()


# ---- control frames ------------------------------------------------------------------------------------------------------------------

SOURCE = "spiffe://east.example/carnet/node-1"
DESTINATION = "spiffe://west.example/carnet/node-7"
T = s(1, digest("transfer")[:16])
D = digest("a digest")
ATTEMPT = u(2, 1)
KEYS = s(1, b"a binding") + s(2, b"a proof")
PLAIN_PART = s(4, u(3, 1))


def hello(low=1, high=1, session=digest("session")[:16], spiffe=SOURCE, origin="ledger.east.example/node-1", more=b""):
    mine = s(3, session) if session else b""
    return control(
        "hello", u(1, low), u(2, high), mine, s(4, spiffe), s(5, origin), s(6, "carnet 0.1.0"), u(8, 8), more
    )


OFFER_FIELDS = {
    1: u(1, 1),
    2: s(2, digest("transfer")[:16]),
    3: s(3, digest("checkpoint")[:16]),
    4: PLAIN_PART,
    5: s(5, SOURCE),
    6: u(6, 1),
    7: u(7, 1),
    8: s(8, SOURCE),
    9: s(9, "ledger.east.example/node-1"),
    10: s(10, DESTINATION),
    11: s(11, "ledger.west.example/node-7"),
    12: s(12, "models"),
    13: s(13, "run-12/step 5000"),
    15: u(15, 7),
    16: u(16, 2**40),
    19: s(19, "trainer"),
    21: s(21, digest("policy")),
}


def offer(**changes):
    """`f12=b""` leaves field 12 out, `f12=bytes` puts these in its place."""
    fields = {**OFFER_FIELDS, **{int(k[1:]): v for k, v in changes.items()}}
    return control("offer", s(1, b"".join(fields[n] for n in sorted(fields))), s(2, KEYS))


REQUEST_FIELDS = {
    1: T,
    2: s(2, "models"),
    3: s(3, "run-12"),
    7: s(7, "mirror"),
    8: s(8, "run-12"),
    9: s(9, "trainer"),
}


def request(**changes):
    fields = {**REQUEST_FIELDS, **{int(k[1:]): v for k, v in changes.items()}}
    return control("request", s(1, b"".join(fields[n] for n in sorted(fields))))


SEALED = {"f6": u(6, 2), "f17": s(17, D), "f26": s(26, D)}
PULL = {**SEALED, "f7": u(7, 2), "f28": s(28, D)}


def label(number, key, value="v"):
    return s(number, s(1, key) + s(2, value))


def line(name="run-12", tree=D, part=b"", more=b""):
    return s(2, s(1, name) + s(2, tree) + s(3, D) + u(4, 2**40) + u(5, 7) + u(6, 1763956800) + part + more)


def blob_page(*fields):
    return control("blob_page", *fields, s(5, digest("transfer")[:16]), u(6, 1))


def member(path=".", kind=1, mode=0o755, size=0, seconds=1763956800, nanos=0):
    return s(4, u(1, kind) + s(2, path) + u(3, mode) + u(4, size) + u(5, zigzag(seconds)) + u(6, nanos))


def page(*members, first=0, transfer=T, attempt=ATTEMPT):
    return control("file_page", transfer, attempt, u(3, first), *members)


def files(first, last):
    return s(4, u(1, first) + u(2, last))


def chunks(number, file, first, last):
    return s(number, u(1, file) + u(2, first) + u(3, last))


def held(*fields, known=10):
    return control("held", T, ATTEMPT, u(3, known), *fields, u(15, 1))


def ack(*ranges):
    return control("ack", T, ATTEMPT, *ranges)


def file_seals(*seals):
    return control("file_seals", T, ATTEMPT, *seals)


def seal(file=1, size=12, value=D):
    return s(3, u(1, file) + u(2, size) + s(3, value))


VALID = {
    "Hello of an acceptor": hello(),
    "Hello of a dialler": hello(session=b""),
    "Hello with a range, extensions and an unknown field": hello(
        high=3, more=s(15, s(1, "x.example/a") + s(2, b"v")) * 16 + s(900, b"later")
    ),
    "Heartbeat": control("heartbeat", u(1, 2**64 - 1), u(2, 1)),
    "Goodbye": control("goodbye", u(1, 1), s(2, "no version in common")),
    "NeedStreams": control("need_streams", u(1, 64)),
    "Request": request(),
    "Request of a part, with labels and a permit": request(
        f4=s(4, "shards/*") + s(4, "*.json"),
        f5=s(5, "evaluation"),
        f6=s(6, s(1, D) + s(2, b"permit")),
        f10=label(10, "a.b_c-1") + label(10, "run", "twelve \u00e9"),
    ),
    "Offer": offer(),
    "Offer of reserved things": offer(
        **PULL,
        f14=s(14, "latest"),
        f18=s(18, D) * 2,
        f22=s(22, s(1, D) + s(2, b"permit")),
        f23=u(23, 1),
        f24=u(24, 1),
        f25=s(25, "key"),
    ),
    "Request at a rate, on some streams": request(f11=u(11, 2**63 - 1), f12=u(12, 64)),
    "Offer in sealed mode": offer(**SEALED),
    "Offer of a pull": offer(**PULL),
    "Offer of a part": offer(**PULL, f27=s(27, D)),
    "Offer with as many labels as there may be": offer(f29=b"".join(label(29, f"k{n:02}", "v" * 256) for n in range(16))),
    "Offer with labels in many scripts": offer(
        f29=label(29, "a", "\u00a0\u00e9\u03b1\u05d0\u0627\u200d\u4e00\U0001f600"), f19=s(19, "\u05d0\u0627")
    ),
    "Offer of a name that is refused with a sentence": offer(f13=s(13, "../x"), f12=s(12, "Models")),
    "Offer without key evidence": control("offer", s(1, b"".join(OFFER_FIELDS[n] for n in sorted(OFFER_FIELDS)))),
    "KeyStep": control("key_step", s(1, KEYS)),
    "LogKnown of nothing": control("log_known", s(2, KEYS)),
    "LogKnown": control("log_known", s(1, b"a log checkpoint"), s(2, KEYS)),
    "LogKnown, as long as it may be": control("log_known", s(1, bytes(6_144)), s(2, s(1, bytes(32_768)) + s(2, bytes(24_576)))),
    "LogGrown, the first": control("log_grown", s(2, D), s(4, b"a log checkpoint")),
    "LogGrown": control("log_grown", u(1, 2**63 - 1), s(2, D), *[s(3, D)] * 63, s(4, bytes(6_144))),
    "LogCosigned": control("log_cosigned", u(1, 2**63 - 1), s(2, bytes(6_144))),
    "KeyStep, as long as it may be": control("key_step", s(1, s(1, bytes(32_768)) + s(2, bytes(24_576)))),
    "Accept": control("accept", T, s(2, D), s(3, KEYS), s(4, D)),
    "Refuse": control("refuse", T, u(2, 23), s(3, "the name is taken")),
    "Exists": control("exists", T, s(2, D)),
    "Exists with a receipt": control("exists", T, s(2, D), s(3, D)),
    "ExistsAnswer": control("exists_answer", T, u(2, 1)),
    "Begin": control("begin", T, s(2, D)),
    "Resume": control("resume", T, s(2, D), s(3, "OPEN"), s(4, KEYS)),
    "Held, nothing": held(known=0),
    "Held": held(files(0, 2), files(3, 3), files(5, 5), chunks(5, 4, 0, 7), chunks(5, 4, 9, 9), chunks(5, 9, 0, 0)),
    "Held, as many ranges as there may be": held(*[chunks(5, 1, 2 * n, 2 * n) for n in range(2048)]),
    "FilePage": page(
        member(),
        member("shards", mode=0o777, seconds=-1, nanos=999999999),
        member("shards/a \u00e9\n\\", kind=2, mode=0, size=2**53, seconds=-(2**63)),
    ),
    "FilePage, as many members as there may be": page(
        *[member(f"{n}", 2, 0o644) for n in range(512)], first=1_000_000 - 512
    ),
    "FilePageAck": control("file_page_ack", T, ATTEMPT, u(3, 1_000_000)),
    "FileSeals": file_seals(seal(0, 0), seal(999_999, 2**53)),
    "Ack": ack(chunks(3, 0, 0, 0), chunks(3, 0, 1, 1), chunks(3, 999_999, 2**31 - 1, 2**31 - 1)),
    "Ack of nothing": ack(),
    "Seal": control("seal", T, s(2, b"an envelope")),
    "Receipt": control("receipt", T, s(2, b"e" * 32_768)),
    "Countersigned": control("countersigned", T, s(2, b"an envelope")),
    "Closed": control("closed", T, s(2, D)),
    "Closed with its envelope": control("closed", T, s(2, D), s(3, b"an envelope")),
    "Cancel": control("cancel", T, u(2, 35), s(3, "the operator cancelled")),
    "Aborted": control("aborted", T, u(2, 35), s(3, "so be it"), s(4, D)),
    "Aborted before anything began": control("aborted", T, u(2, 38)),
    "Waiting": control("waiting", T, s(2, "STOPPED"), u(3, 25), s(4, "the disk is full")),
    "Waiting, a state alone": control("waiting", T, s(2, "SEALED")),
    "Waiting with the receiver's keys": control("waiting", T, s(2, "SEALED"), s(5, KEYS)),
    "Waiting that is as long as can be": control(
        "waiting", T, s(2, "s" * 64), u(3, 25), s(4, "s" * 1024), s(5, s(1, bytes(32_768)) + s(2, bytes(24_576)))
    ),
    "BlobPage": blob_page(s(1, D), u(2, 4096), s(3, b"bytes"), u(4, 1)),
    "BlobPage, as long as it may be": blob_page(s(1, D), s(3, b"b" * 61_440)),
    "ListRequest": control("list_request", T, s(2, "models"), s(3, "run-11"), u(4, 128)),
    "ListPage of nothing": control("list_page", T),
    "ListPage": control("list_page", T, line(), line("run-13", part=s(7, D)), u(3, 1)),
    "VerifyRequest": control("verify_request", T, s(2, "models"), s(3, "run-12")),
    "VerifyAnswer": control("verify_answer", T, s(2, b"an envelope"), s(3, KEYS)),
    "Probe": control("probe", T, u(2, 1)),
    "ProbeReady": control("probe_ready", T),
    "ProbeEnd": control("probe_end", T),
    "ProbeResult": control("probe_result", T, u(2, 2**30), u(3, 10**9), u(4, 3), s(5, "connection refused")),
}

SHORT = s(1, bytes(15))
SENTENCE = "s" * 1025

# name: (code, what the refusal names, frame)
INVALID = {
    "nothing": ("PROTOCOL", "control frame", b""),
    "a frame beyond the limit": ("PROTOCOL", "control frame", control("goodbye", u(1, 1), s(900, bytes(65_536)))),
    "no body": ("PROTOCOL", "without a body", s(900, b"later")),
    "a body cut short": ("PROTOCOL", "control frame", hello()[:-1]),
    "a varint without end": ("PROTOCOL", "control frame", b"\x80" * 20),
    "a field number 0": ("PROTOCOL", "control frame", b"\x00\x00"),
    "a group without end": ("PROTOCOL", "control frame", b"\x0b" * 100),
    "a text that is no UTF-8": ("PROTOCOL", "control frame", control("goodbye", u(1, 1), s(2, b"\xff"))),
    "Hello of version 0": ("PROTOCOL", "Hello.version_min", hello(low=0)),
    "Hello whose range is upside down": ("PROTOCOL", "Hello.version_max", hello(low=2)),
    "Hello with a short session id": ("PROTOCOL", "Hello.session_id", hello(session=bytes(15))),
    "Hello without a SPIFFE ID": ("PROTOCOL", "Hello.spiffe_id", hello(spiffe="")),
    "Hello with a SPIFFE ID that is none": ("PROTOCOL", "Hello.spiffe_id", hello(spiffe="spiffe://a")),
    "Hello with a SPIFFE ID that is too long": ("LIMIT", "Hello.spiffe_id", hello(spiffe="spiffe://a/" + "b" * 2048)),
    "Hello without an origin": ("PROTOCOL", "Hello.log_origin", hello(origin="")),
    "Hello with an origin that is too long": ("LIMIT", "Hello.log_origin", hello(origin="o" * 256)),
    "Hello with a software that is too long": ("LIMIT", "Hello.software", hello(more=s(6, "s" * 257))),
    "Hello that follows a short id": ("PROTOCOL", "Hello.follows_session", hello(more=s(7, bytes(17)))),
    "Hello with too many streams": ("LIMIT", "Hello.streams_max", hello(more=u(8, 65))),
    "Hello with 2^32 - 1 streams": ("LIMIT", "Hello.streams_max", hello(more=u(8, 2**32 - 1))),
    "Hello with too many extensions": ("LIMIT", "Hello.extensions", hello(more=s(15, s(1, "x")) * 17)),
    "Hello with an extension without a name": ("PROTOCOL", "Hello.extensions.name", hello(more=s(15, b""))),
    "Goodbye without a code": ("PROTOCOL", "Goodbye.code", control("goodbye", s(2, "x"))),
    "Goodbye with a code that is none": ("PROTOCOL", "Goodbye.code", control("goodbye", u(1, 11))),
    "Goodbye that is too long": ("LIMIT", "Goodbye.sentence", control("goodbye", u(1, 1), s(2, SENTENCE))),
    "NeedStreams of none": ("PROTOCOL", "NeedStreams.streams", control("need_streams")),
    "NeedStreams of too many": ("LIMIT", "NeedStreams.streams", control("need_streams", u(1, 65))),
    "Request of nothing": ("PROTOCOL", "RequestMessage.request", control("request")),
    "Request that is no message": ("PROTOCOL", "RequestMessage.request", control("request", s(1, b"\xff"))),
    "Request with a short id": ("PROTOCOL", "Request.transfer_id", request(f1=SHORT)),
    "Request at a rate of 2^63": ("LIMIT", "Request.bytes_per_second_max", request(f11=u(11, 2**63))),
    "Request on too many streams": ("LIMIT", "Request.streams", request(f12=u(12, 65))),
    "Request without a volume": ("PROTOCOL", "Request.volume", request(f2=b"")),
    "Request without a name": ("PROTOCOL", "Request.name", request(f3=b"")),
    "Request with too many includes": ("LIMIT", "Request.include", request(f4=s(4, "a") * 17)),
    "Request with an empty include": ("PROTOCOL", "Request.include", request(f4=s(4, ""))),
    "Request with an include that is too long": ("LIMIT", "Request.include", request(f4=s(4, "a" * 4097))),
    "Request without a volume to put it": ("PROTOCOL", "Request.to_volume", request(f7=b"")),
    "Request with a name to put it that is too long": ("LIMIT", "Request.to_name", request(f8=s(8, "n" * 401))),
    "Request without a principal": ("PROTOCOL", "Request.principal", request(f9=b"")),
    "Request with too many labels": ("LIMIT", "Request.labels", request(f10=b"".join(label(10, f"k{n:02}") for n in range(17)))),
    "Request with a label of two lines": ("PROTOCOL", "Request.labels.value", request(f10=label(10, "k", "a\nb"))),
    "LogKnown without keys": ("PROTOCOL", "LogKnown.keys.binding", control("log_known", s(1, b"a log checkpoint"))),
    "LogKnown without a proof": ("PROTOCOL", "LogKnown.keys.proof", control("log_known", s(2, s(1, b"a binding")))),
    "LogKnown with a checkpoint that is too long": (
        "LIMIT",
        "LogKnown.checkpoint",
        control("log_known", s(1, bytes(6_145)), s(2, KEYS)),
    ),
    "LogGrown without a root": ("PROTOCOL", "LogGrown.old_root", control("log_grown", s(4, b"a log checkpoint"))),
    "LogGrown without a checkpoint": ("PROTOCOL", "LogGrown.checkpoint", control("log_grown", s(2, D))),
    "LogGrown with a size that is none": (
        "LIMIT",
        "LogGrown.old_size",
        control("log_grown", u(1, 2**63), s(2, D), s(4, b"a log checkpoint")),
    ),
    "LogGrown with a hash that is none": (
        "PROTOCOL",
        "LogGrown.proof",
        control("log_grown", s(2, D), s(3, D[:31]), s(4, b"a log checkpoint")),
    ),
    "LogGrown with too many hashes": (
        "LIMIT",
        "LogGrown.proof",
        control("log_grown", s(2, D), *[s(3, D)] * 64, s(4, b"a log checkpoint")),
    ),
    "LogCosigned of nothing": ("PROTOCOL", "LogCosigned.lines", control("log_cosigned", u(1, 1))),
    "LogCosigned with lines that are too long": (
        "LIMIT",
        "LogCosigned.lines",
        control("log_cosigned", u(1, 1), s(2, bytes(6_145))),
    ),
    "KeyStep of nothing": ("PROTOCOL", "KeyStep.keys.binding", control("key_step")),
    "KeyStep without a proof": ("PROTOCOL", "KeyStep.keys.proof", control("key_step", s(1, s(1, b"a binding")))),
    "KeyStep with a binding that is too long": (
        "LIMIT",
        "KeyStep.keys.binding",
        control("key_step", s(1, s(1, bytes(32_769)) + s(2, b"a proof"))),
    ),
    "Request with a principal that has an escape sequence": ("PROTOCOL", "Request.principal", request(f9=s(9, "a\u001b[2Jb"))),
    "Request with a principal that has one of C1": ("PROTOCOL", "Request.principal", request(f9=s(9, "a\u009b2Jb"))),
    "Request with a principal that turns text round": ("PROTOCOL", "Request.principal", request(f9=s(9, "a\u202eb"))),
    "Request with a purpose of two lines": ("PROTOCOL", "Request.purpose", request(f5=s(5, "a\u2028b"))),
    "Offer that is no message": ("PROTOCOL", "OfferMessage.offer", control("offer", s(1, b"\xff"))),
    "Offer without an Offer": ("PROTOCOL", "OfferMessage.offer", control("offer", s(2, KEYS))),
    "Offer with a binding that is too long": (
        "LIMIT",
        "OfferMessage.keys.binding",
        control("offer", s(1, b"x"), s(2, s(1, bytes(32_769)))),
    ),
    "Offer with a proof that is too long": (
        "LIMIT",
        "OfferMessage.keys.proof",
        control("offer", s(1, b"x"), s(2, s(2, bytes(24_577)))),
    ),
    "Offer of version 0": ("PROTOCOL", "Offer.version", offer(f1=b"")),
    "Offer with a short id": ("PROTOCOL", "Offer.transfer_id", offer(f2=s(2, bytes(15)))),
    "Offer without a checkpoint": ("PROTOCOL", "Offer.checkpoint_id", offer(f3=b"")),
    "Offer without a part": ("PROTOCOL", "Offer.part.of", offer(f4=b"")),
    "Offer of a part beyond the last": ("PROTOCOL", "Offer.part.index", offer(f4=s(4, u(1, 1) + u(3, 1)))),
    "Offer of too many parts": ("LIMIT", "Offer.part.of", offer(f4=s(4, u(3, 65_537)))),
    "Offer with a bringer that is none": ("PROTOCOL", "Offer.part.bringers", offer(f4=s(4, u(3, 1) + s(4, "x")))),
    "Offer without a coordinator": ("PROTOCOL", "Offer.coordinator", offer(f5=b"")),
    "Offer without a mode": ("PROTOCOL", "Offer.mode", offer(f6=b"")),
    "Offer with a mode that is none": ("PROTOCOL", "Offer.mode", offer(f6=u(6, 3))),
    "Offer without a direction": ("PROTOCOL", "Offer.direction", offer(f7=b"")),
    "Offer with a direction that is none": ("PROTOCOL", "Offer.direction", offer(f7=u(7, 9))),
    "Offer without a source": ("PROTOCOL", "Offer.source_id", offer(f8=b"")),
    "Offer without a source's origin": ("PROTOCOL", "Offer.source_origin", offer(f9=b"")),
    "Offer without a destination": ("PROTOCOL", "Offer.destination_id", offer(f10=b"")),
    "Offer without a destination's origin": ("PROTOCOL", "Offer.destination_origin", offer(f11=b"")),
    "Offer without a volume": ("PROTOCOL", "Offer.volume", offer(f12=b"")),
    "Offer with a volume that is too long": ("LIMIT", "Offer.volume", offer(f12=s(12, "v" * 65))),
    "Offer without a name": ("PROTOCOL", "Offer.name", offer(f13=b"")),
    "Offer with a name that is too long": ("LIMIT", "Offer.name", offer(f13=s(13, "\u00e9" * 201))),
    "Offer with too many pointers": ("LIMIT", "Offer.pointers", offer(f14=s(14, "p") * 17)),
    "Offer without members": ("PROTOCOL", "Offer.members", offer(f15=b"")),
    "Offer with too many members": ("LIMIT", "Offer.members", offer(f15=u(15, 1_000_001))),
    "Offer of 2^63 bytes": ("LIMIT", "Offer.logical_bytes_max", offer(f16=u(16, 2**63))),
    "Offer with a short tree digest": ("PROTOCOL", "Offer.tree_digest", offer(f17=s(17, bytes(31)))),
    "Offer in sealed mode without a tree": ("PROTOCOL", "Offer.tree_digest", offer(**{**SEALED, "f17": b""})),
    "Offer in sealed mode without CVs": ("PROTOCOL", "Offer.cvs_digest", offer(**{**SEALED, "f26": b""})),
    "Offer in open mode with a tree": ("PROTOCOL", "Offer.tree_digest", offer(f17=s(17, D))),
    "Offer in open mode with CVs": ("PROTOCOL", "Offer.cvs_digest", offer(f26=s(26, D))),
    "Offer in open mode of a part": ("PROTOCOL", "Offer.part_of", offer(f27=s(27, D))),
    "Offer of a pull without a request": ("PROTOCOL", "Offer.request", offer(**{**PULL, "f28": b""})),
    "Offer of a push with a request": ("PROTOCOL", "Offer.request", offer(f28=s(28, D))),
    "Offer of a pull in open mode": ("PROTOCOL", "Offer.mode", offer(f7=u(7, 2), f28=s(28, D))),
    "Offer with a label that has no key": ("PROTOCOL", "Offer.labels.key", offer(f29=label(29, ""))),
    "Offer with a label in capitals": ("PROTOCOL", "Offer.labels.key", offer(f29=label(29, "Run"))),
    "Offer with a label whose key is too long": ("LIMIT", "Offer.labels.key", offer(f29=label(29, "k" * 64))),
    "Offer with a label without a value": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", ""))),
    "Offer with a label whose value is too long": ("LIMIT", "Offer.labels.value", offer(f29=label(29, "k", "v" * 257))),
    "Offer with a label of the first of C1": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", "a\u0080b"))),
    "Offer with a label of the last of C1": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", "a\u009fb"))),
    "Offer with a label of U+007F": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", "a\u007fb"))),
    "Offer with a label that turns text round": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", "a\u202eb"))),
    "Offer with a label that isolates text": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", "a\u2066b"))),
    "Offer with a label that has a mark of direction": ("PROTOCOL", "Offer.labels.value", offer(f29=label(29, "k", "a\u200fb"))),
    "Offer with labels that go down": ("PROTOCOL", "Offer.labels", offer(f29=label(29, "b") + label(29, "a"))),
    "Offer with a label twice": ("PROTOCOL", "Offer.labels", offer(f29=label(29, "a") * 2)),
    "Offer with a short base": ("PROTOCOL", "Offer.bases", offer(f18=s(18, b""))),
    "Offer with too many bases": ("LIMIT", "Offer.bases", offer(f18=s(18, D) * 17)),
    "Offer with a principal that has one of C1": ("PROTOCOL", "Offer.principal", offer(f19=s(19, "a\u0085b"))),
    "Offer with a principal that turns text round": ("PROTOCOL", "Offer.principal", offer(f19=s(19, "a\u2067b"))),
    "Offer with a purpose that has an escape sequence": ("PROTOCOL", "Offer.purpose", offer(f20=s(20, "a\u001bb"))),
    "Offer without a principal": ("PROTOCOL", "Offer.principal", offer(f19=b"")),
    "Offer with a principal that is too long": ("LIMIT", "Offer.principal", offer(f19=s(19, "p" * 257))),
    "Offer with a purpose that is too long": ("LIMIT", "Offer.purpose", offer(f20=s(20, "p" * 257))),
    "Offer without a policy": ("PROTOCOL", "Offer.policy_digest", offer(f21=b"")),
    "Offer with too many permits": ("LIMIT", "Offer.permits", offer(f22=s(22, s(1, D)) * 17)),
    "Offer with a permit that is too long": ("LIMIT", "Offer.permits.value", offer(f22=s(22, s(1, D) + s(2, bytes(16_385))))),
    "Offer with a content form that is none": ("PROTOCOL", "Offer.content_form", offer(f24=u(24, 2))),
    "Offer with too many extensions": ("LIMIT", "Offer.extensions", offer(f31=s(31, s(1, "x")) * 17)),
    "Accept with a short id": ("PROTOCOL", "Accept.transfer_id", control("accept", SHORT, s(2, D), s(4, D))),
    "Accept without an intent": ("PROTOCOL", "Accept.intent_digest", control("accept", T, s(4, D))),
    "Accept without a policy": ("PROTOCOL", "Accept.policy_digest", control("accept", T, s(2, D))),
    "Refuse without a transfer": ("PROTOCOL", "Refuse.transfer_id", control("refuse", u(2, 23))),
    "Refuse without a code": ("PROTOCOL", "Refuse.code", control("refuse", T)),
    "Refuse that is too long": ("LIMIT", "Refuse.sentence", control("refuse", T, u(2, 23), s(3, SENTENCE))),
    "Exists without a tree": ("PROTOCOL", "Exists.tree_digest", control("exists", T)),
    "Exists with a short receipt": ("PROTOCOL", "Exists.receipt_digest", control("exists", T, s(2, D), s(3, b"x"))),
    "ExistsAnswer without a transfer": ("PROTOCOL", "ExistsAnswer.transfer_id", control("exists_answer", u(2, 1))),
    "Begin without an intent": ("PROTOCOL", "Begin.intent_digest", control("begin", T)),
    "Resume without an Offer": ("PROTOCOL", "Resume.offer_digest", control("resume", T, s(3, "OPEN"))),
    "Resume without a state": ("PROTOCOL", "Resume.state", control("resume", T, s(2, D))),
    "Resume with a state that is too long": ("LIMIT", "Resume.state", control("resume", T, s(2, D), s(3, "s" * 65))),
    "Held of attempt 0": ("PROTOCOL", "Held.attempt", control("held", T)),
    "Held of an attempt from 2^31 on": ("LIMIT", "Held.attempt", control("held", T, u(2, 2**31))),
    "Held of too many members": ("LIMIT", "Held.members_known", held(known=1_000_001)),
    "Held with too many ranges": ("LIMIT", "Held.complete", held(files(0, 0), *[chunks(5, 1, 2 * n, 2 * n) for n in range(2048)])),
    "Held with a range upside down": ("PROTOCOL", "Held.complete", held(files(3, 2))),
    "Held with ranges that overlap": ("PROTOCOL", "Held.complete", held(files(0, 2), files(2, 3))),
    "Held with ranges that go down": ("PROTOCOL", "Held.complete", held(files(3, 3), files(0, 0))),
    "Held of files that are not known": ("PROTOCOL", "Held.complete", held(files(0, 10))),
    "Held of chunks of a file that is not known": ("PROTOCOL", "Held.chunks", held(chunks(5, 10, 0, 0))),
    "Held with a file beyond the limit": ("LIMIT", "Held.complete.last", held(files(0, 2**32 - 1))),
    "FilePage with a short id": ("PROTOCOL", "FilePage.transfer_id", page(member(), transfer=SHORT)),
    "FilePage of attempt 0": ("PROTOCOL", "FilePage.attempt", page(member(), attempt=b"")),
    "FilePage without members": ("PROTOCOL", "FilePage.members", page()),
    "FilePage with too many members": ("LIMIT", "FilePage.members", page(*[member("a", 2)] * 513, first=1)),
    "FilePage beyond the last member": ("LIMIT", "FilePage.members", page(member("a"), member("b"), first=999_999)),
    "FilePage whose first is no root": ("PROTOCOL", "FilePage.members.path", page(member("a"))),
    "FilePage with a second root": ("PROTOCOL", "FilePage.members.path", page(member(), member())),
    "FilePage with a type that is none": ("PROTOCOL", "FilePage.members.type", page(member(kind=3))),
    "FilePage without a type": ("PROTOCOL", "FilePage.members.type", page(member(kind=0))),
    "FilePage with an empty path": ("PROTOCOL", "FilePage.members.path", page(member(""), first=1)),
    "FilePage with an absolute path": ("PROTOCOL", "FilePage.members.path", page(member("/a"), first=1)),
    "FilePage that climbs": ("PROTOCOL", "FilePage.members.path", page(member("a/../../b"), first=1)),
    "FilePage with a NUL": ("PROTOCOL", "FilePage.members.path", page(member("a\0b"), first=1)),
    "FilePage with a path that is no UTF-8": ("PROTOCOL", "FilePage.members.path", page(member(b"a\xff"), first=1)),
    "FilePage with surrogates in UTF-8": ("PROTOCOL", "FilePage.members.path", page(member(b"\xed\xa0\xbd"), first=1)),
    "FilePage with a long component": ("PROTOCOL", "FilePage.members.path", page(member("c" * 256), first=1)),
    "FilePage that is too deep": ("PROTOCOL", "FilePage.members.path", page(member("/".join("d" * 65)), first=1)),
    "FilePage with a path that is too long": ("LIMIT", "FilePage.members.path", page(member("/".join(["c" * 240] * 18)), first=1)),
    "FilePage with a sticky bit": ("LIMIT", "FilePage.members.mode", page(member(mode=0o1755))),
    "FilePage with a directory that has a size": ("LIMIT", "FilePage.members.size", page(member(size=1))),
    "FilePage with a file that is too large": ("LIMIT", "FilePage.members.size", page(member("a", 2, size=2**53 + 1), first=1)),
    "FilePage with a whole second of nanoseconds": ("LIMIT", "FilePage.members.mtime_nanos", page(member(nanos=10**9))),
    "FilePageAck of nothing": ("PROTOCOL", "FilePageAck.members_known", control("file_page_ack", T, ATTEMPT)),
    "FileSeals without seals": ("PROTOCOL", "FileSeals.seals", file_seals()),
    "FileSeals with too many seals": ("LIMIT", "FileSeals.seals", file_seals(*[seal()] * 513)),
    "FileSeals of a file beyond the limit": ("LIMIT", "FileSeals.seals.file", file_seals(seal(1_000_000))),
    "FileSeals of a file that is too large": ("LIMIT", "FileSeals.seals.size", file_seals(seal(size=2**53 + 1))),
    "FileSeals with a short digest": ("PROTOCOL", "FileSeals.seals.digest", file_seals(seal(value=bytes(31)))),
    "Ack with too many ranges": ("LIMIT", "Ack.chunks", ack(*[chunks(3, 1, 2 * n, 2 * n) for n in range(2049)])),
    "Ack with a range upside down": ("PROTOCOL", "Ack.chunks", ack(chunks(3, 1, 2, 1))),
    "Ack with ranges that overlap": ("PROTOCOL", "Ack.chunks", ack(chunks(3, 1, 0, 2), chunks(3, 1, 2, 2))),
    "Ack with files that go down": ("PROTOCOL", "Ack.chunks", ack(chunks(3, 2, 0, 0), chunks(3, 1, 0, 0))),
    "Ack of a chunk from 2^31 on": ("LIMIT", "Ack.chunks.last", ack(chunks(3, 1, 0, 2**31))),
    "Ack of a file beyond the limit": ("LIMIT", "Ack.chunks.file", ack(chunks(3, 1_000_000, 0, 0))),
    "Seal without an envelope": ("PROTOCOL", "Seal.envelope", control("seal", T)),
    "Receipt that is too long": ("LIMIT", "Receipt.envelope", control("receipt", T, s(2, bytes(32_769)))),
    "Countersigned without a transfer": ("PROTOCOL", "Countersigned.transfer_id", control("countersigned", s(2, b"e"))),
    "Closed without a digest": ("PROTOCOL", "Closed.envelope_digest", control("closed", T)),
    "Cancel without a code": ("PROTOCOL", "Cancel.code", control("cancel", T)),
    "Aborted with a code that is none": ("PROTOCOL", "Aborted.code", control("aborted", T, u(2, 99))),
    "Aborted with a short digest": ("PROTOCOL", "Aborted.abort_digest", control("aborted", T, u(2, 35), s(4, b"x"))),
    "Waiting with a code that is none": ("PROTOCOL", "Waiting.code", control("waiting", T, u(3, 99))),
"Waiting with a binding that is too long": ("LIMIT", "Waiting.keys.binding", control("waiting", T, s(5, s(1, bytes(32_769))))),
    "Waiting with a proof that is too long": ("LIMIT", "Waiting.keys.proof", control("waiting", T, s(5, s(2, bytes(24_577))))),
    "Waiting with a state that is too long": ("LIMIT", "Waiting.state", control("waiting", T, s(2, "s" * 65))),
    "BlobPage without a transfer": ("PROTOCOL", "BlobPage.transfer_id", control("blob_page", s(1, D), s(3, b"x"), u(6, 1))),
    "BlobPage of attempt 0": ("PROTOCOL", "BlobPage.attempt", control("blob_page", s(1, D), s(3, b"x"), s(5, digest("transfer")[:16]))),
    "BlobPage without a digest": ("PROTOCOL", "BlobPage.digest", blob_page(s(3, b"x"))),
    "BlobPage from 2^63 on": ("LIMIT", "BlobPage.offset", blob_page(s(1, D), u(2, 2**63), s(3, b"x"))),
    "BlobPage of nothing": ("PROTOCOL", "BlobPage.value", blob_page(s(1, D))),
    "BlobPage that is too long": ("LIMIT", "BlobPage.value", blob_page(s(1, D), s(3, bytes(61_441)))),
    "ListRequest with a short id": ("PROTOCOL", "ListRequest.request_id", control("list_request", SHORT, s(2, "v"), u(4, 1))),
    "ListRequest without a volume": ("PROTOCOL", "ListRequest.volume", control("list_request", T, u(4, 1))),
    "ListRequest for none": ("PROTOCOL", "ListRequest.max", control("list_request", T, s(2, "v"))),
    "ListRequest for too many": ("LIMIT", "ListRequest.max", control("list_request", T, s(2, "v"), u(4, 129))),
    "ListPage with too many lines": ("LIMIT", "ListPage.checkpoints", control("list_page", T, line() * 129)),
    "ListPage with a line without a name": ("PROTOCOL", "ListPage.checkpoints.name", control("list_page", T, line(""))),
    "ListPage with a short digest": ("PROTOCOL", "ListPage.checkpoints.tree_digest", control("list_page", T, line(tree=b"x"))),
    "ListPage with a short part-of": ("PROTOCOL", "ListPage.checkpoints.part_of", control("list_page", T, line(part=s(7, b"x")))),
    "VerifyRequest without a name": ("PROTOCOL", "VerifyRequest.name", control("verify_request", T, s(2, "v"))),
    "VerifyAnswer without an envelope": ("PROTOCOL", "VerifyAnswer.envelope", control("verify_answer", T)),
    "VerifyAnswer that is too long": ("LIMIT", "VerifyAnswer.envelope", control("verify_answer", T, s(2, bytes(32_769)))),
    "Probe with a short id": ("PROTOCOL", "Probe.probe_id", control("probe", SHORT)),
    "ProbeReady without an id": ("PROTOCOL", "ProbeReady.probe_id", control("probe_ready")),
    "ProbeEnd without an id": ("PROTOCOL", "ProbeEnd.probe_id", control("probe_end")),
    "ProbeResult of 2^63 bytes": ("LIMIT", "ProbeResult.bytes", control("probe_result", T, u(2, 2**63))),
    "ProbeResult with a dialling that is none": ("PROTOCOL", "ProbeResult.dialling", control("probe_result", T, u(4, 4))),
    "ProbeResult with a sentence that is too long": ("LIMIT", "ProbeResult.sentence", control("probe_result", T, s(5, SENTENCE))),
}


# ---- joins ---------------------------------------------------------------------------------------------------------------------------


def join(number: int) -> dict:
    key, session, exporter = (digest(f"{part} {number}") for part in ("join key", "session", "exporter"))
    head = session[:16] + struct.pack(">I", number)
    return {
        "joinKey": key.hex(),
        "session": session[:16].hex(),
        "stream": number,
        "exporter": exporter.hex(),
        "frame": (head + hmac.new(key, head + exporter, "sha256").digest()).hex(),
    }


def answer(text: str) -> dict:
    return {"sentence": text, "bytes": (b"\0" + struct.pack(">H", len(text.encode())) + text.encode()).hex()}


JOINS = {
    "greeting": b"CDS1".hex(),
    "valid": [join(n) for n in (1, 2, 64, 2**31 - 1)],
    "invalid": [
        {"name": "one byte short", "frame": join(1)["frame"][:-2]},
        {"name": "one byte long", "frame": join(1)["frame"] + "00"},
        {"name": "stream 0", "frame": join(0)["frame"]},
        {"name": "a stream from 2^31 on", "frame": join(2**31)["frame"]},
    ],
    "refusals": [answer(""), answer("stream 3 has joined already \u00e9\U0001f600"), answer("s" * 1024)],
    "invalidAnswers": [
        {"name": "a byte that is none", "bytes": "02"},
        {"name": "a sentence that is too long", "bytes": "000401"},
        {"name": "a sentence that is no UTF-8", "bytes": "000001ff"},
    ],
}


def stored(frame: bytes) -> dict:
    """Large frames are nearly all padding."""
    if len(frame) <= 2000:
        return {"frame": frame.hex()}
    return {"deflated": base64.b64encode(zlib.compress(frame, 9)).decode()}


def main():
    here = pathlib.Path(__file__).parent
    frames = {
        "valid": [{"name": n, **stored(f)} for n, f in VALID.items()],
        "invalid": [{"name": n, "code": c, "names": w, **stored(f)} for n, (c, w, f) in INVALID.items()],
    }
    for name, content in (("control.json", frames), ("joins.json", JOINS)):
        (here / name).write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
