"""oms_api DIR BUNDLE PUBLIC_KEY: verifies an OMS bundle with PyPI's model_signing, by its API, which finds in the bundle how to hash.

Its command line hashes with SHA-256 whatever the bundle says. Ends with 1, and the tool's own sentence, where it does not verify.
"""

import sys

import model_signing

directory, bundle, key = sys.argv[1:]
try:
    model_signing.verifying.Config().use_elliptic_key_verifier(public_key=key).verify(directory, bundle)
except ValueError as refused:
    print(refused, file=sys.stderr)
    sys.exit(1)
print("Verification succeeded")
