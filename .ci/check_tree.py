"""check_tree DEMO_JSON: judges a published checkpoint by its tree, with nothing of Carnet's.

Reads the tree as proto/SPEC.md section 3 defines it, recomputes both digests, compares names, sizes, modes and times with
the disk, every digest with b3sum, folds the chunk CVs into roots, and compares byte by byte with the source.
"""

import hashlib
import json
import os
import pathlib
import re
import stat
import struct
import subprocess
import sys

HEADER = b"carnet-tree v1\n"
LINE = re.compile(
    rb"(?:(?P<d>d) (?P<dmode>0[0-7]{3}) (?P<dtime>-?\d+\.\d{9})"
    rb"|f (?P<fmode>0[0-7]{3}) (?P<ftime>-?\d+\.\d{9}) (?P<size>0|[1-9]\d*) (?P<digest>[0-9a-f]{64})) (?P<path>.+)"
)
ESCAPE = re.compile(rb"\\x([01][0-9a-f]|5c|7f)")
CHUNK = 4 << 20
FLUSH_WINDOW_MAX = 1 << 30
FILES_PER_B3SUM = 500


class Member:
    def __init__(self, line: bytes):
        match = LINE.fullmatch(line)
        assert match, f"no line of a tree: {line!r}"
        self.escaped = match["path"]
        self.path = ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), self.escaped)
        assert b"\\" not in ESCAPE.sub(b"", self.escaped), f"a bad escape: {line!r}"
        self.is_file = match["d"] is None
        self.mode = int(match["fmode"] or match["dmode"], 8)
        seconds, nanos = (match["ftime"] or match["dtime"]).split(b".")
        self.mtime_ns = int(seconds) * 10**9 + int(nanos)
        self.size = int(match["size"]) if self.is_file else 0
        self.digest = match["digest"].decode() if self.is_file else ""


def parse(tree: bytes) -> list[Member]:
    assert tree.startswith(HEADER) and tree.endswith(b"\n"), "the tree has no header or no end"
    members = [Member(line) for line in tree[len(HEADER):-1].split(b"\n")]
    assert members[0].path == b".", "the root does not come first"
    paths = [member.path for member in members[1:]]
    assert all(a < b for a, b in zip(paths, paths[1:])), "paths out of order"
    return members


def content_digest(members: list[Member]) -> str:
    text = b"".join(b"%d %s %s\n" % (m.size, m.digest.encode(), m.escaped) for m in members if m.is_file)
    return hashlib.sha256(b"carnet-content v1\n" + text).hexdigest()


def at(root: bytes, member: Member) -> bytes:
    return root if member.path == b"." else os.path.join(root, member.path)


def on_disk(root: bytes) -> set[bytes]:
    if not os.path.isdir(root):
        return {b"."}
    found = {b"."}
    for folder, names, files in os.walk(root):
        found |= {os.path.relpath(os.path.join(folder, name), root) for name in names + files}
    return found


def check_disk(root: bytes, members: list[Member]) -> None:
    assert on_disk(root) == {m.path for m in members}, f"disk and tree differ: {on_disk(root) ^ {m.path for m in members}}"
    for member in members:
        status = os.lstat(at(root, member))
        assert (stat.S_ISREG if member.is_file else stat.S_ISDIR)(status.st_mode), f"{member.path!r}: another type"
        assert status.st_mode & 0o7777 == member.mode, f"{member.path!r}: mode {status.st_mode:o}, not {member.mode:o}"
        assert status.st_mtime_ns == member.mtime_ns, f"{member.path!r}: mtime {status.st_mtime_ns}, not {member.mtime_ns}"
        assert not member.is_file or status.st_size == member.size, f"{member.path!r}: size {status.st_size}"


def check_digests(root: bytes, files: list[Member]) -> None:
    for start in range(0, len(files), FILES_PER_B3SUM):
        batch = files[start:start + FILES_PER_B3SUM]
        run = subprocess.run(
            ["b3sum", "--no-names", "--", *(at(root, m) for m in batch)], check=True, stdout=subprocess.PIPE, text=True)
        digests = run.stdout.split()
        assert len(digests) == len(batch), "b3sum answered for another number of files"
        for member, digest in zip(batch, digests):
            assert digest == member.digest, f"{member.path!r}: b3sum says {digest}, the tree {member.digest}"


# BLAKE3's parent node, enough to fold chaining values into a root (the BLAKE3 paper, section 2).
IV = struct.unpack("<8I", bytes.fromhex("67e6096a85ae67bb72f36e3c3af54fa57f520e518c68059babd9831f19cde05b"))
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
PARENT, ROOT = 4, 8


def compress_parent(block: bytes, flags: int) -> bytes:
    words = list(struct.unpack("<16I", block))
    state = [*IV, *IV[:4], 0, 0, 64, flags]

    def mix(a, b, c, d, x, y):
        for word, first, second in ((x, 16, 12), (y, 8, 7)):
            state[a] = (state[a] + state[b] + word) & 0xFFFFFFFF
            state[d] = rotate(state[d] ^ state[a], first)
            state[c] = (state[c] + state[d]) & 0xFFFFFFFF
            state[b] = rotate(state[b] ^ state[c], second)

    def rotate(value, bits):
        return (value >> bits | value << (32 - bits)) & 0xFFFFFFFF

    for _ in range(7):
        for i in range(4):
            mix(i, 4 + i, 8 + i, 12 + i, words[2 * i], words[2 * i + 1])
        for i in range(4):
            mix(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, words[8 + 2 * i], words[9 + 2 * i])
        words = [words[i] for i in PERMUTATION]
    return struct.pack("<8I", *(state[i] ^ state[i + 8] for i in range(8)))


def fold(cvs: list[bytes], root: bool) -> bytes:
    if len(cvs) == 1:
        return cvs[0]
    left = 1 << (len(cvs) - 1).bit_length() - 1
    block = fold(cvs[:left], False) + fold(cvs[left:], False)
    return compress_parent(block, PARENT | (ROOT if root else 0))


def check_cvs(cvs: bytes, files: list[Member]) -> None:
    assert cvs[:16] == b"carnet-cvs v1\n\0\0", "cvs has another header"
    position = 16
    for member in files:
        count = -(-member.size // CHUNK)
        own = [cvs[position + 32 * i:position + 32 * (i + 1)] for i in range(count)]
        position += 32 * count
        if count > 1:  # a single CV says nothing about the root of its file
            assert fold(own, True).hex() == member.digest, f"{member.path!r}: its CVs fold into another root"
    assert position == len(cvs), f"cvs has {len(cvs)} bytes, not {position}"


def same_bytes(one: bytes, other: bytes) -> bool:
    with open(one, "rb") as a, open(other, "rb") as b:
        while True:
            x, y = a.read(1 << 20), b.read(1 << 20)
            if x != y:
                return False
            if not x:
                return True


def main() -> None:
    demo = json.loads(pathlib.Path(sys.argv[1]).read_text())
    published = pathlib.Path(demo["published"]).resolve()
    volume = next(parent for parent in published.parents if (parent / ".carnet").is_dir())
    name = os.fsencode(published.relative_to(volume))
    records = volume / ".carnet/records" / hashlib.sha256(name).hexdigest()
    assert (records / "name").read_bytes().rstrip(b"\n") == name, "the record names another checkpoint"

    tree = (records / "tree").read_bytes()
    members = parse(tree)
    files = [member for member in members if member.is_file]
    assert hashlib.sha256(tree).hexdigest() == demo["tree_digest"], "tree digest"
    assert content_digest(members) == demo["content_digest"], "content digest"
    assert len(files) == demo["files"] and sum(m.size for m in files) == demo["bytes"], "files or bytes"
    assert demo["wire_bytes"] > 0 and 0 <= demo["resent_bytes"] <= FLUSH_WINDOW_MAX, "wire or resent bytes"
    assert pathlib.Path(demo["receipt"]).read_bytes() == (records / "receipt.dsse").read_bytes(), "receipt"

    root = os.fsencode(published)
    check_disk(root, members)
    check_digests(root, files)
    check_cvs((records / "cvs").read_bytes(), files)

    source = demo["source"]
    if os.path.exists(source) and os.environ.get("CARNET_CI_SOURCE") != "skip":
        for member in files:
            assert same_bytes(at(os.fsencode(source), member), at(root, member)), f"{member.path!r}: not the source's bytes"
    print(f"tree {demo['tree_digest']}: {len(members)} members, {len(files)} files, {demo['bytes']} bytes: b3sum agrees with each;"
          f" {demo['resent_bytes']} bytes sent again")


main()
