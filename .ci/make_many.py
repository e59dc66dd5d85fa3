"""make_many DIR COUNT: COUNT files of 4 KiB, each with bytes of its own, 100 to a folder."""

import hashlib
import pathlib
import sys

root, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for i in range(count):
    folder = root / f"part-{i // 100:04d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"shard-{i:06d}.bin").write_bytes(hashlib.shake_128(str(i).encode()).digest(4096))
