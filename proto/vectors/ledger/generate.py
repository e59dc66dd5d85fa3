#!/usr/bin/env python3
"""Writes ledgers, trust files and cases.json from SPEC.md and LEDGER.md, without any code of the implementation.

Needs: pip install dilithium-py==1.4.0 cryptography==50.0.2. Keys come from fixed labels and signatures are deterministic: a second run
writes the same bytes. What is expected of each case stands in good.py, tampered.py and doubted.py; custody/ is what ../../verify/verify.py derives,
after its states have been compared with those of the story.
"""

import doubted
import good
import tampered
from casework import Cases


def main():
    cases = Cases()
    made = good.add(cases)
    tampered.add(cases, *made)
    doubted.add(cases)
    cases.write()
    good.custody(cases)


if __name__ == "__main__":
    main()
