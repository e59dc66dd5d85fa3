"""api_contract WORK: holds a running daemon against openapi.yaml, with schemathesis from PyPI.

Makes two daemons in WORK (a missing or empty folder) that know each other, pushes a checkpoint from one to the other, and lets schemathesis
ask the first one everything that its description allows, and much that it forbids. schemathesis speaks TCP: a bridge on loopback carries its
bytes to the daemon's socket. Its seed is printed; CARNET_CI_SEED repeats it, CARNET_CI_EXAMPLES says how many cases each operation gets.
"""

import asyncio
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT / "daemon/src/main/resources/dev/carnet/daemon/api/openapi.yaml"
DOMAIN = "contract.example"
START_SECONDS_MAX = 120
# Statuses that a good request may get all the same: the peer, the disk and the clock have their say.
REFUSED = ["401", "403", "404", "409", "413", "422"]
LATER = ["501", "503", "504", "507"]


class UnixConnection(http.client.HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self.path))


def ask(path, method, target, body=None):
    connection = UnixConnection(path)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, target, None if body is None else json.dumps(body), headers)
    reply = connection.getresponse()
    content = json.loads(reply.read())
    connection.close()
    if reply.status // 100 != 2:
        raise SystemExit(f"{method} {target}: {reply.status} {content}")
    return content


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def identities(work):
    carnet = ROOT / "carnet"
    run(carnet, "identity", "ca", "--trust-domain", DOMAIN, "--out", work / "ca")
    for node in "ab":
        own = work / node / "identity"
        run(carnet, "identity", "request", "--id", f"spiffe://{DOMAIN}/{node}", "--out", own)
        signed = work / "ca" / f"{node}.pem"
        run(carnet, "identity", "sign", "--ca", work / "ca", "--request", own / "request.pem", "--out", signed)
        run(carnet, "identity", "install", "--certificate", signed, "--ca", work / "ca/ca.pem", "--into", own)


def configuration(node, sockets, port):
    other = "b" if node == "a" else "a"
    listen = f'listen = "127.0.0.1:{port}"' if node == "b" else 'listen = "127.0.0.1:0"'
    addresses = f'addresses = ["127.0.0.1:{port}"]\ndial = "dial"' if node == "a" else 'dial = "accept"'
    allow = '["push-to", "pull-from"]' if node == "a" else '["push-from", "pull-by"]'
    return f"""
[daemon]
state = "state"
socket = "{sockets / node / 's'}"
{listen}
[identity]
certificate = "identity/cert.pem"
key = "identity/key.pem"
trust = {{ "{DOMAIN}" = "identity/trust.pem" }}
[[volume]]
name = "data"
path = "data"
[[peer]]
alias = "{other}"
id = "spiffe://{DOMAIN}/{other}"
{addresses}
[[peer]]
alias = "gone"
id = "spiffe://{DOMAIN}/gone"
dial = "accept"
[[policy]]
peer = "{other}"
volume = "data"
allow = {allow}
"""


def start(work, node, sockets, port):
    folder = work / node
    (folder / "data/step-1").mkdir(parents=True)
    (folder / "carnetd.toml").write_text(configuration(node, sockets, port))
    log = open(folder / "log", "wb")
    root = ["--allow-root"] if os.getuid() == 0 else []
    return subprocess.Popen(
        [str(ROOT / "carnetd"), "--config", str(folder / "carnetd.toml"), *root], stdout=log, stderr=subprocess.STDOUT
    )


def until(what, condition, daemons):
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if any(daemon.poll() is not None for daemon in daemons):
            raise SystemExit("a daemon has ended: see its log")
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{what}: not within {START_SECONDS_MAX} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bridge(path):
    """Carries each connection to the port it returns to the Unix socket."""
    ready = threading.Event()
    port = []

    async def pump(reader, writer):
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def accept(reader, writer):
        try:
            to_reader, to_writer = await asyncio.open_unix_connection(str(path))
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))

    async def serve():
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        async with server:
            await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    return port[0]


def text(value):
    return json.dumps(value)  # strings and arrays of JSON are those of TOML


def settings(transfer, verification, blob):
    """schemathesis.toml: ids and aliases that exist, so that most requests get further than 404."""
    return f"""
[checks.positive_data_acceptance]
expected-statuses = {text(["2xx", *REFUSED, *LATER])}
[checks.not_a_server_error]
expected-statuses = {text(["2xx", "3xx", "4xx", *LATER])}
[checks.negative_data_rejection]
expected-statuses = {text(["4xx", *LATER])}

[[operations]]
include-path-regex = "^/v1/transfers/"
parameters = {{ "path.id" = {text(transfer)} }}
[[operations]]
include-path = "/v1/peers/{{alias}}/verifications/{{id}}"
parameters = {{ "path.alias" = "b", "path.id" = {text(verification)} }}
[[operations]]
include-path = "/v1/peers/{{alias}}/verifications"
parameters = {{ "path.alias" = "b" }}
[[operations]]
include-path = "/v1/peers/{{alias}}/checkpoints"
parameters = {{ "path.alias" = "b" }}
[[operations]]
include-path = "/v1/ledger/blobs/sha256/{{digest}}"
parameters = {{ "path.digest" = {text(blob)} }}
[[operations]]
include-path = "/v1/bundle"
parameters = {{ "query.volume" = "data", "query.name" = "step-1" }}
# with a session each case would measure for seconds
[[operations]]
include-path = "/v1/peers/{{alias}}/test"
parameters = {{ "path.alias" = "gone" }}
"""


def prepared(work, sockets, daemons):
    """A push that has ended, a verification, and a blob of the ledger."""
    a = sockets / "a/s"
    (work / "a/data/step-1/weights.bin").write_bytes(os.urandom(1 << 20))
    for node in "ab":
        until(f"the API of {node}", lambda: ask(sockets / node / "s", "GET", "/v1/daemon"), daemons)
    until("a session", lambda: ask(a, "GET", "/v1/peers")["peers"][0]["up"], daemons)
    push = {"source": str(work / "a/data/step-1"), "peer": "b", "volume": "data", "name": "step-1"}
    transfer = ask(a, "POST", "/v1/transfers", push)["id"]
    until("the push", lambda: ask(a, "GET", f"/v1/transfers/{transfer}")["finished"], daemons)
    job = ask(a, "POST", "/v1/peers/b/verifications", {"volume": "data", "name": "step-1"})["id"]
    blob = sorted((work / "a/state/ledger/blobs/sha256").iterdir())[0].name  # the proof of a's keys is there from the start
    return transfer, job, blob


def held(work, sockets, daemons):
    (work / "schemathesis.toml").write_text(settings(*prepared(work, sockets, daemons)))
    seed = os.environ.get("CARNET_CI_SEED", str(random.randrange(1 << 32)))
    examples = os.environ.get("CARNET_CI_EXAMPLES", "40")
    print(f"schemathesis: seed {seed}, {examples} cases per operation", flush=True)
    binary = pathlib.Path(sys.executable).parent / "schemathesis"
    # /v1/events never ends: tests of the project's own read it
    command = [
        binary, "--config-file", work / "schemathesis.toml", "run", DESCRIPTION,
        "--url", f"http://127.0.0.1:{bridge(sockets / 'a/s')}", "--seed", seed, "-n", examples,
        "--exclude-path", "/v1/events", "--phases", "examples,coverage,fuzzing", "--continue-on-failure",
        "--request-timeout", "60", "--suppress-health-check", "all", "--warnings", "off",
    ]  # fmt: skip
    status = subprocess.run([str(part) for part in command], cwd=work).returncode
    if any(daemon.poll() is not None for daemon in daemons):
        raise SystemExit("a daemon has ended under the test: see its log")
    log = (work / "a/log").read_text(errors="replace")
    bugs = [line for line in log.splitlines() if " ERROR " in line and " Router" in line]
    if bugs:
        raise SystemExit("the daemon logs bugs of its own:\n" + "\n".join(bugs[:20]))
    return status


def main():
    work = pathlib.Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    sockets = pathlib.Path(tempfile.mkdtemp(prefix="cn"))  # a socket's path has at most 107 bytes
    daemons = []
    try:
        identities(work)
        port = free_port()
        for node in "ba":
            daemons.append(start(work, node, sockets, port))
        return held(work, sockets, daemons)
    finally:
        for daemon in daemons:
            daemon.send_signal(signal.SIGTERM)
        for daemon in daemons:
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
        shutil.rmtree(sockets, ignore_errors=True)


sys.exit(main())
