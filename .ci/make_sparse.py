"""make_sparse FILE: 20 GiB, all hole but for a MiB of bytes at the start, in the middle, across a chunk's end and at the end."""

import hashlib
import sys

SIZE = 20 << 30
MIB = 1 << 20
CHUNK = 4 * MIB

with open(sys.argv[1], "wb") as file:
    file.truncate(SIZE)
    for number, offset in enumerate((0, SIZE // 2, SIZE // 4 + CHUNK - MIB // 2, SIZE - MIB)):
        file.seek(offset)
        file.write(hashlib.shake_128(str(number).encode()).digest(MIB))
