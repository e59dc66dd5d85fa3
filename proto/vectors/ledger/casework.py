"""How the cases of generate.py are made, and how they differ from the ledgers that they begin with."""

import copy
import json
import shutil

from daemons import HERE, b64, canonical, files_of, record


class Cases:
    def __init__(self):
        self.bases, self.trusts, self.cases = {}, {}, []
        self.states = {}  # of custody, by its name: what each transfer has to come out as

    def base(self, name, files):
        self.bases[name] = files

    def trust(self, name, content):
        self.trusts[name] = content

    def case(self, name, ledgers, findings=(), exit_code=0, trust="all", custody=None):
        """Ledgers are names of bases, or (base, the files as they are here); findings (ledger, kind, place)."""
        given = []
        for ledger in ledgers:
            base, files = (ledger, self.bases[ledger]) if isinstance(ledger, str) else ledger
            given.append({"base": base, **difference(self.bases[base], files)})
        told = [{"ledger": n, "kind": kind, "place": place} for n, kind, place in findings]
        self.cases.append({"name": name, "ledgers": given, **({"trust": trust} if trust else {}), "findings": told, "exit": exit_code, **({"custody": custody} if custody else {})})

    def write(self):
        for folder in ("ledgers", "trust", "custody"):
            shutil.rmtree(HERE / folder, ignore_errors=True)
        for name, files in self.bases.items():
            for path, content in files.items():
                write(HERE / "ledgers" / name / path, content)
        for name, content in self.trusts.items():
            write(HERE / "trust" / name, content.encode() if isinstance(content, str) else content)
        (HERE / "cases.json").write_text(json.dumps(self.cases, indent=1) + "\n")


def difference(old, new):
    """What makes the files of a base those of a case: files that are gone, and splices: of a file, or of another one whose bytes it begins with."""
    splices = []
    for path, content in new.items():
        if old.get(path) == content:
            continue
        source = path if path in old else max(old, key=lambda p: common(old[p], content))
        was = old[source] if path in old or common(old[source], content) > 64 else b""
        start = common(was, content)
        end = common(was[start:][::-1], content[start:][::-1])
        of = {"of": source} if was and source != path else {}
        splices.append({"file": path, **of, "at": start, "cut": len(was) - start - end, "put": b64(content[start : len(content) - end])})
    gone = [path for path in old if path not in new]
    return {**({"gone": gone} if gone else {}), **({"splices": splices} if splices else {})}


def common(a, b):
    """How many bytes both begin with."""
    n, most = 0, min(len(a), len(b))
    step = most
    while step:
        if a[n : n + step] == b[n : n + step]:
            n += step
        step = min(step, most - n + 1) // 2
    return n


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def flip(files, path, at=-1, bit=0):
    content = bytearray(files[path])
    content[at] ^= 1 << bit
    return {**files, path: bytes(content)}


def without(files, *paths):
    return {path: content for path, content in files.items() if path not in paths}


def same_tiles(files, daemon, entries, **how):
    """The ledger as its own log would write it, over other entries: a log that lies."""
    liar = copy.copy(daemon)
    liar.entries = entries
    blobs = {path: content for path, content in files.items() if path.startswith("blobs/")} | {f"blobs/sha256/{n}": c for n, c in daemon.blobs.items()}
    return {"checkpoint": liar.checkpoint(**how).encode(), **files_of(entries), **blobs}


def with_entry(entries, index, entry):
    return entries[:index] + [entry] + entries[index + 1 :]


def index_of(daemon, said):
    return daemon.entries.index(said[1] if isinstance(said, tuple) else said)


def find(daemon, predicate, nth=0):
    """The place in the ledger of its nth entry of this kind."""
    kind = f"https://carnet.dev/{predicate}/v1"
    found = [i for i, e in enumerate(daemon.entries) if json.loads(payload_of(e))["predicateType"] == kind]
    return found[nth]


def payload_of(entry):
    return record.base64.b64decode(json.loads(entry)["payload"])


def rewrite(daemon, index, keys, **members):
    """An entry with other members, signed again by these keys."""
    said = json.loads(payload_of(daemon.entries[index]))
    said["predicate"] |= members
    return record.envelope(canonical(said), *keys)


def trust_text(*daemons, entry=None, witnesses=(), quorum="none", ca=()):
    text = "# what an auditor was told elsewhere\n"
    text += "".join(d.log_line() for d in daemons)
    for n, w in enumerate(witnesses):
        text += w.witness_line(f"W{n}", 4 if n % 2 == 0 else 6)
    if len(witnesses) > 1:
        text += "group G all " + " ".join(f"W{n}" for n in range(len(witnesses))) + "\n"
    text += f"quorum {quorum}\n"
    text += "".join(d.entry_line(k) for d, k in (entry or []))
    return text + "".join(d.authority.trust_line() for d in ca)


def first_keys(daemon):
    return record.Keys(f"{daemon.id} 1")


def unique(*daemons):
    """One of each log key: a policy lists none twice."""
    return list({d.log_line(): d for d in daemons}.values())
