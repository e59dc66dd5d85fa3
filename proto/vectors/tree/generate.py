#!/usr/bin/env python3
"""Writes valid.json and invalid.json from SPEC.md's text, without any code of the implementation."""

import base64
import hashlib
import json
import pathlib

EMPTY = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
ONE = "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"
HEAD = b"carnet-tree v1\n"


def escape(path: bytes) -> bytes:
    return b"".join(b"\\x%02x" % b if b < 0x20 or b in (0x5C, 0x7F) else bytes([b]) for b in path)


def d(path, mode=0o755, seconds=1763956800, nanos=0):
    return ("d", path.encode(), mode, seconds, nanos, 0, "")


def f(path, size=0, digest=EMPTY, mode=0o644, seconds=1763956801, nanos=250000000):
    return ("f", path.encode(), mode, seconds, nanos, size, digest)


def line(m) -> bytes:
    kind, path, mode, seconds, nanos, size, digest = m
    middle = f" {size} {digest}" if kind == "f" else ""
    return f"{kind} {mode:04o} {seconds}.{nanos:09d}{middle} ".encode() + escape(path) + b"\n"


def tree(members) -> bytes:
    ordered = sorted(members, key=lambda m: (m[1] != b".", m[1]))
    return HEAD + b"".join(line(m) for m in ordered)


def valid():
    deep = "/".join(["d"] * 63)
    long = "/".join(["x" * 255] * 16)
    cases = {
        "an empty directory": [d(".")],
        "one file": [f(".", 1, ONE)],
        "the example": [
            d("."),
            f("config.json", 1, ONE),
            d("shards"),
            f("shards/empty", 0, EMPTY, 0o600, -1, 0),
        ],
        "modes and times at their ends": [
            d(".", 0, 0, 0),
            f("a", 0, EMPTY, 0o777, -1, 500000000),
            f("b", 2**53, EMPTY, 0, 2**63 - 1, 999999999),
            f("c", 0, EMPTY, 0o007, -(2**63), 0),
        ],
        "names that need escapes, and names that do not": [
            d("."),
            f("tab\tnewline\nreturn\rescape\x1bdelete\x7fone\x01"),
            f("back\\slash"),
            f("\\x41"),
            f("two  spaces and a trailing one "),
            f(" "),
            f("caf\u00e9"),
            f("cafe\u0301"),
            f("\u0085\u2028"),
            f("..."),
            f("..a"),
            f(".hidden"),
        ],
        "order by bytes, children apart from their directory": [
            d("."),
            d("a"),
            f("a-b"),
            d("a.d"),
            f("a.d/x"),
            f("a/c"),
            f("a/c.json"),
            f("a0"),
            f("!before the root's name"),
            f("z"),
        ],
        "order by bytes, not by UTF-16": [d("."), f("\uffee"), f("\U0001f4e6"), f("\ud7ff"), f("\ue000")],
        "63 directories and a file": [d(".")] + [d(deep[: 2 * i + 1]) for i in range(63)] + [f(deep + "/f")],
        "4,095 bytes of path": [d(".")] + [d(long[: 256 * i + 255]) for i in range(15)] + [f(long)],
        "only directories": [d("."), d("a"), d("a/b"), d("b", 0o500)],
    }
    for name, members in cases.items():
        text = tree(members)
        files = sorted((m for m in members if m[0] == "f"), key=lambda m: m[1])
        content = b"carnet-content v1\n" + b"".join(f"{m[5]} {m[6]} ".encode() + escape(m[1]) + b"\n" for m in files)
        yield {
            "name": name,
            "text": text.decode(),
            "tree": hashlib.sha256(text).hexdigest(),
            "content": hashlib.sha256(content).hexdigest(),
            "files": len(files),
            "directories": len(members) - len(files),
            "bytes": str(sum(m[5] for m in files)),
        }


def invalid():
    root = line(d("."))
    ok = line(f("a", 1, ONE))

    def case(name, at, *lines, head=HEAD):
        return {"name": name, "line": at, "base64": base64.b64encode(head + b"".join(lines)).decode()}

    def file(old, new):
        assert old in ok
        return ok.replace(old, new, 1)

    yield case("nothing at all", 1, head=b"")
    yield case("another version", 1, root, head=b"carnet-tree v2\n")
    yield case("no newline after the header", 1, head=b"carnet-tree v1")
    yield case("carriage return", 1, root, head=b"carnet-tree v1\r\n")
    yield case("no root", 2)
    yield case("a first line that is not the root", 2, ok)
    yield case("the root twice", 3, root, root)
    yield case("a file as root is not alone", 3, line(f(".")), ok)
    yield case("a root that is a file after a directory", 3, root, line(f(".")))
    yield case("no newline at the end", 3, root, ok[:-1])
    yield case("an empty line", 3, root, b"\n", ok)
    yield case("an empty line at the end", 4, root, ok, b"\n")
    yield case("bytes behind the end", 4, root, ok, b"x\n")
    yield case("not in order", 4, root, line(f("b")), line(f("a")))
    yield case("order of UTF-16", 4, root, line(f("\U0001f4e6")), line(f("\uffee")))
    yield case("a path twice", 4, root, ok, ok)
    yield case("a directory and a file of one path", 4, root, line(d("a")), ok)
    yield case("no parent", 3, root, line(f("a/b")))
    yield case("a parent that is a file", 4, root, ok, line(f("a/b")))
    yield case("a parent that only begins alike", 4, root, line(d("a")), line(f("ab/c")))
    yield case("a grandparent only", 4, root, line(d("a")), line(f("a/b/c")))
    yield case("a link", 3, root, file(b"f ", b"l "))
    yield case("an unknown kind", 3, root, file(b"f ", b"F "))
    yield case("a file without its digest", 3, root, b"f 0644 1.000000000 1 a\n")
    yield case("a directory without a time", 3, root, b"d 0755 a\n")
    yield case("two spaces between fields", 3, root, file(b"f ", b"f  "))
    yield case("a tab between fields", 3, root, file(b"f ", b"f\t"))
    yield case("mode of three digits", 3, root, file(b"0644", b"644"))
    yield case("mode of five digits", 3, root, file(b"0644", b"00644"))
    yield case("mode with a set-id bit", 3, root, file(b"0644", b"4755"))
    yield case("mode that is not octal", 3, root, file(b"0644", b"0689"))
    yield case("mode with a sign", 3, root, file(b"0644", b"+644"))
    yield case("time without a point", 3, root, file(b"1763956801.250000000", b"1763956801"))
    yield case("time with eight digits", 3, root, file(b".250000000", b".25000000"))
    yield case("time with ten digits", 3, root, file(b".250000000", b".2500000000"))
    yield case("time with a signed fraction", 3, root, file(b".250000000", b".-50000000"))
    yield case("time with a leading zero", 3, root, file(b"1763956801", b"01763956801"))
    yield case("time with a plus", 3, root, file(b"1763956801", b"+1763956801"))
    yield case("minus zero", 3, root, file(b"1763956801", b"-0"))
    yield case("no seconds", 3, root, file(b"1763956801", b""))
    yield case("seconds beyond 64 bits", 3, root, file(b"1763956801", b"9223372036854775808"))
    yield case("size with a leading zero", 3, root, file(b" 1 ", b" 01 "))
    yield case("size with a plus", 3, root, file(b" 1 ", b" +1 "))
    yield case("a negative size", 3, root, file(b" 1 ", b" -1 "))
    yield case("a size beyond 2^53", 3, root, file(b" 1 ", b" 9007199254740993 "))
    yield case("a size beyond 64 bits", 3, root, file(b" 1 ", b" 18446744073709551616 "))
    yield case("digits of another script", 3, root, file(b" 1 ", " \u0661 ".encode()))
    yield case("digest in upper case", 3, root, file(ONE.encode(), ONE.upper().encode()))
    yield case("digest too short", 3, root, file(ONE.encode(), ONE[:-2].encode()))
    yield case("digest too long", 3, root, file(ONE.encode(), ONE.encode() + b"00"))

    def path(raw):
        return file(b" a\n", b" " + raw + b"\n")

    yield case("an empty path", 3, root, path(b""))
    yield case("an absolute path", 3, root, path(b"/a"))
    yield case("a slash at the end", 4, root, line(d("a")), path(b"a/"))
    yield case("an empty component", 4, root, line(d("a")), path(b"a//b"))
    yield case("..", 3, root, path(b".."))
    yield case(".. in the middle", 4, root, line(d("a")), path(b"a/../b"))
    yield case(". in the middle", 4, root, line(d("a")), path(b"a/./b"))
    yield case("./ in front", 3, root, path(b"./a"))
    yield case("NUL", 3, root, path(b"a\x00b"))
    yield case("an escaped NUL", 3, root, path(b"a\\x00b"))
    yield case("a byte that is not escaped", 3, root, path(b"a\tb"))
    yield case("DEL that is not escaped", 3, root, path(b"a\x7fb"))
    yield case("a byte that must not be escaped", 3, root, path(b"\\x61"))
    yield case("an escaped slash", 4, root, line(d("a")), path(b"a\\x2fb"))
    yield case("an escaped space", 3, root, path(b"a\\x20b"))
    yield case("escape in upper case", 3, root, path(b"a\\x1B"))
    yield case("escape with a capital X", 3, root, path(b"a\\X1b"))
    yield case("escape cut short", 3, root, path(b"a\\x1"))
    yield case("escape without x", 3, root, path(b"a\\n"))
    yield case("two backslashes", 3, root, path(b"a\\\\b"))
    yield case("escape that is not hex", 3, root, path(b"a\\x1g"))
    yield case("a lone continuation byte", 3, root, path(b"a\x80"))
    yield case("UTF-8 cut short", 3, root, path(b"a\xc3"))
    yield case("overlong UTF-8", 3, root, path(b"a\xc0\xaf"))
    yield case("a surrogate in UTF-8", 3, root, path(b"a\xed\xa0\x80"))
    yield case("an escaped byte of a character", 3, root, path(b"caf\\xc3\xa9"))
    yield case("a component of 256 bytes", 3, root, path(b"x" * 256))
    deep = ["/".join(["d"] * (i + 1)) for i in range(65)]
    yield case("65 components", 67, root, *[line(d(p)) for p in deep])
    wide = ["/".join(["x" * 255] * (i + 1)) for i in range(16)]
    yield case("a path of 4,097 bytes", 19, root, *[line(d(p)) for p in wide], line(f(wide[-1] + "/y")))
    yield case("a line without end", 3, root, path(b"x" * 20000))
    yield case(
        "files of 2^63 bytes together", 2 + 1024, root, *[line(f(f"{i:04d}", 2**53)) for i in range(1024)]
    )


here = pathlib.Path(__file__).parent
for name, cases in (("valid", valid()), ("invalid", invalid())):
    text = json.dumps(list(cases), indent=1, ensure_ascii=True)
    (here / f"{name}.json").write_text(text + "\n")
