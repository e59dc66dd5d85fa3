# Other people's verifiers of a ledger, one function each: they take a ledger's directory and a key, print a line, and
# fail where the tool is missing or is not content. To be sourced; .ci/install-verifiers brings the tools.
#
# CARNET_CI_CACHE   where they are (default: ~/.cache/carnet-ci)
# CARNET_CI_PYTHON  a python that has .ci/requirements.txt

ci=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cache=${CARNET_CI_CACHE:-$HOME/.cache/carnet-ci}
python=${CARNET_CI_PYTHON:-$cache/venv/bin/python}

# by_go LEDGER VKEY[,VKEY...] [PROOF...]: Go's sumdb note and tlog, and torchwood.
by_go() {
  "$cache/go/bin/ledgercheck" "$2" "$1" "${@:3}"
}

# by_fsck LEDGER VKEY: tessera's fsck. It ends with 0 whatever it finds: its log says how it went. A worker that has found
# a wrong tile ends, and without workers it waits for ever: hence one for each file, and a limit.
by_fsck() {
  local key log workers
  key=$(mktemp)
  printf '%s\n' "${2%%,*}" >"$key"
  workers=$(find "$1/tile" -type f | wc -l)
  log=$(timeout 120 "$cache/go/bin/fsck" -ui=false -N "$workers" -storage_url "file://$(realpath "$1")/" \
    -public_key "$key" 2>&1) || log+=$'\nfsck failed: it did not end well'
  rm -f "$key"
  if grep -q 'fsck failed' <<<"$log" || ! grep -q "Successfully fsck'd log" <<<"$log"; then
    tail -n 3 <<<"$log" | cut -c1-300 >&2
    return 1
  fi
  grep -o "Successfully fsck'd log.*" <<<"$log"
}

# by_noble VKEY CHECKPOINT...: npm's @noble/post-quantum.
by_noble() {
  node "$cache/npm/verify_mldsa.mjs" "$@"
}

# by_securesystemslib LEDGER [OTHER-LEDGER...]: PyPI's securesystemslib.
by_securesystemslib() {
  "$python" "$ci/verify_ledger.py" "$@"
}

# by_witness URL VKEY WITNESS-VKEY REQUEST...: hands bodies of add-checkpoint to a witness, and verifies what it answers.
by_witness() {
  "$cache/go/bin/cosign" "$@"
}

# keys_of LEDGER [VKEY...]: sets `classical` and `quantum` to what the functions above want.
keys_of() {
  local keys
  keys=$("$python" "$ci/ledger_keys.py" "$@")
  classical=$(head -n 1 <<<"$keys")
  quantum=$(tail -n 1 <<<"$keys")
}
