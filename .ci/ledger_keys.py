"""ledger_keys LEDGER [VKEY...]: the keys that a ledger is to be verified with, as C2SP verifier keys: a line with the
log's Ed25519 key (and behind it, after commas, those of witnesses), and a line with its ML-DSA-44 key.

They are the VKEYs given. Without any they are those of the newest key binding in the ledger itself: what verifies with
them is consistent with itself, and nobody has said whose it is.

ledger_keys --proof LEDGER: the name of the blob with the first binding's key proof.
"""

import base64
import hashlib
import pathlib
import sys

from ledger_files import bindings, origin

ED25519, COSIGNATURE, MLDSA44 = 0x01, 0x04, 0x06
# what stands before the key itself in a DER SubjectPublicKeyInfo
SPKI_PREFIX_BYTES = {ED25519: 12, MLDSA44: 22}


def vkey(name: str, kind: int, spki: str) -> str:
    typed = bytes([kind]) + base64.b64decode(spki, validate=True)[SPKI_PREFIX_BYTES[kind] :]
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(typed).decode()}"


def from_binding(ledger: pathlib.Path) -> list[str]:
    newest = list(bindings(ledger))[-1]["predicate"]["list"]
    log = newest["keys"]["log"]
    return [vkey(newest["origin"], ED25519, log["ed25519"]), vkey(newest["origin"], MLDSA44, log["mldsa44"])]


def kind(key: str) -> int:
    return base64.b64decode(key.split("+", 2)[2], validate=True)[0]


def main() -> None:
    if sys.argv[1] == "--proof":
        print(next(bindings(pathlib.Path(sys.argv[2])))["predicate"]["proof"])
        return
    ledger, given = pathlib.Path(sys.argv[1]), sys.argv[2:]
    keys = given or from_binding(ledger)
    log = origin(ledger)
    classical = [key for key in keys if kind(key) == ED25519 and key.startswith(log + "+")]
    quantum = [key for key in keys if kind(key) == MLDSA44 and key.startswith(log + "+")]
    witnesses = [key for key in keys if kind(key) == COSIGNATURE]
    if len(classical) != 1 or len(quantum) != 1:
        sys.exit(f"ledger_keys: {len(classical)} Ed25519 and {len(quantum)} ML-DSA-44 keys of {log}, not one of each")
    print(",".join(classical + witnesses))
    print(quantum[0])


main()
