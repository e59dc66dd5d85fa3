"""make_tree DIR: a checkpoint of every kind of member that is easy to get wrong. The bytes come from a seed, so each run makes the same."""

import hashlib
import os
import pathlib
import sys

CHUNK = 4 << 20


def content(name: str, size: int) -> bytes:
    return hashlib.shake_128(name.encode("utf-8", "surrogateescape")).digest(size)


def main(root: pathlib.Path) -> None:
    root.mkdir(parents=True)
    sizes = [0, 1, 1023, 1024, 1025, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 5 * CHUNK + 12345]
    files = {f"sizes/{size}.bin": size for size in sizes}
    files |= {name: 100 for name in (
        ".gitattributes",
        ".hidden/.git/config",
        "a name with  spaces ",
        " leading space",
        "-rf",
        "quote's \"and\" $dollar `tick`",
        "back\\slash",
        "tab\tand\nnewline",
        "Ünïcödé/日本語/🙂.bin",
        "e\u0301 decomposed",
        "\u00e9 composed",
        "n" * 255,
        "ü" * 127 + "x",
        "/".join(["d"] * 60) + "/deep.bin",
        "CASE", "case",
    )}
    for name, size in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(name, size))
    (root / "empty/inside/empty").mkdir(parents=True)
    for mode in (0o400, 0o444, 0o600, 0o640, 0o755, 0o777):
        path = root / "modes" / f"{mode:04o}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content(str(mode), 10))
        path.chmod(mode)
    times = root / "times"
    times.mkdir()
    for number, mtime_ns in enumerate((0, 1, 999_999_999, 1_763_956_800_250_000_001, 4_102_444_800_000_000_000, -500_000_000)):
        path = times / str(number)
        path.write_bytes(b"")
        os.utime(path, ns=(mtime_ns, mtime_ns))
    os.utime(root / "empty/inside/empty", ns=(1_000_000_000_123_456_789, 1_000_000_000_123_456_789))
    (root / "empty/inside/empty").chmod(0o750)


main(pathlib.Path(sys.argv[1]))
