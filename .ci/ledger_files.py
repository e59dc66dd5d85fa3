"""Reads a ledger's files (C2SP tlog-tiles): nothing of Carnet's does it here, and nothing is verified."""

import base64
import json
import pathlib
from collections.abc import Iterator

WIDTH = 256
KEY_BINDING = "https://carnet.dev/key-binding/v1"


def body(ledger: pathlib.Path) -> list[str]:
    """Origin, size, root of the log checkpoint."""
    lines = (ledger / "checkpoint").read_text(encoding="utf-8").split("\n\n")[0].split("\n")
    assert len(lines) == 3, f"a log checkpoint of {len(lines)} lines"
    return lines


def origin(ledger: pathlib.Path) -> str:
    return body(ledger)[0]


def bundle_path(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return "tile/entries/" + "/".join(groups) + ("" if width == WIDTH else f".p/{width}")


def entries(ledger: pathlib.Path) -> Iterator[bytes]:
    """Every entry, in its order."""
    size = int(body(ledger)[1])
    for index in range((size + WIDTH - 1) // WIDTH):
        width = min(WIDTH, size - index * WIDTH)
        path = bundle_path(index, width)
        rest = (ledger / path).read_bytes()
        for _ in range(width):
            length = int.from_bytes(rest[:2])
            assert len(rest) >= 2 + length, f"{path} ends within an entry"
            yield rest[2 : 2 + length]
            rest = rest[2 + length :]
        assert not rest, f"{path} has {len(rest)} bytes after its last entry"


def bindings(ledger: pathlib.Path) -> Iterator[dict]:
    """The statements of its key bindings. What is no envelope is passed over: this finds keys, and judges nothing."""
    for entry in entries(ledger):
        if not entry.startswith(b"{"):
            continue
        statement = json.loads(base64.b64decode(json.loads(entry)["payload"]))
        if statement["predicateType"] == KEY_BINDING:
            yield statement
