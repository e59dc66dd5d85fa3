"""What happened to some daemons, for generate.py."""

import copy

from daemons import Authority, Clock, Daemon, Transfer, consistency, leaf_hash, mth, sha

EAST, WEST, NORTH = (("east", 1), ("west", 7), ("north", 3))


def daemon(clock, site, node):
    return Daemon(clock, Authority(f"{site}.example"), f"spiffe://{site}.example/carnet/node-{node}", f"ledger.{site}.example/node-{node}")


def open_up(*daemons):
    for d in daemons:
        d.bind()
        d.change("policy", f"carnet-policy v1\n# of {d.origin}\n")
        d.change("trust", f"carnet-trust v1\n# of {d.origin}\n")
        d.start()


# ---- two daemons and one transfer: what most tampering is tried on


def pair():
    clock = Clock()
    east, west = daemon(clock, *EAST), daemon(clock, *WEST)
    open_up(east, west)
    push = Transfer(east, west, "pair")
    push.complete()
    east.refuse(principal="trainer")
    return east, west, push


def third(push):
    """A third daemon, whose origin is before the destination's: it says that somebody else's transfer brought it something, and of one of its own that it was released before it came."""
    north = daemon(Clock(), *NORTH)
    open_up(north)
    forged, early = copy.copy(push), Transfer(push.s, north, "early")
    forged.d, forged.tree, forged.content = north, sha("forged tree"), sha("forged content")
    forged.possess()
    forged.pending(north)
    early.seal = sha("early seal")
    early.intend(north)
    early.release()
    early.possess()
    early.verify()
    return north


# ---- a story with every predicate


def story():
    clock = Clock()
    east, west, north = (daemon(clock, *site) for site in (EAST, WEST, NORTH))
    open_up(east, west, north)
    states = {}

    def transfer(state, label, source=east, destination=west, **how):
        states[label] = state
        return Transfer(source, destination, label, **how)

    held = transfer("held", "held").complete()
    part = transfer("held", "part", direction="pull", mode="sealed", part=True, size=2**53 + 1)
    head = {"logSize": len(west.entries), "root": mth([leaf_hash(e) for e in west.entries]).hex()}
    part.complete(sessions=10, log_head=head)
    cleared = transfer("", "cleared").begin()
    for side in east, west:
        cleared.abort(side, "8388608")
    cleared.clear()
    partial = transfer("partial", "partial", name="with a space/\u00e9\U0001f600").begin()
    partial.abort(west, "4194304")
    partial.abort(east, "8388608", code="EXPIRED")
    transfer("possible", "possible").begin()
    transfer("possible", "sealed and no more").begin().seal_it()
    one_sided = transfer("one-sided", "one-sided").begin().seal_it().possess()
    one_sided.pending(west)
    one_sided.pending(east)
    before = transfer("held", "over a change of keys").begin().seal_it()
    old = east.keys
    east.bind()
    before.resume(east)
    before.possess()
    before.receipt(s_signers=old.entry(), s_ids=old.ids())
    held.verify(asker=east)
    destroyed = transfer("destroyed", "destroyed", direction="pull", mode="sealed").complete()
    destroyed.destroy()
    destroying = transfer("destroying", "destroying").complete()
    destroying.destroy(done=False)
    released = transfer("released", "released").complete()
    released.verify()
    released.release()
    back = transfer("held", "back", west, east, name="back")
    back.content, back.tree = held.content, sha("another tree of the same content")
    back.complete()

    west.adopt("vault", "found", sha("found"), sha("found content"))
    west.log(west.say("possession", "tree", sha("found"), state="verified", content=sha("found content"), volume="vault", name="found", files=3, logicalBytes="1000"))
    for _ in range(2):
        west.adopt("vault", "twice", sha("twice"), held.content)
        west.log(west.say("possession-released", "tree", sha("twice"), volume="vault", name="twice", reason="found missing"))
    west.adopt("vault", "twice", sha("thrice"), held.content)
    west.adopt("vault", "gone", sha("gone"), sha("gone content"))
    intent = west.log(
        west.say("destruction-intent", "tree", sha("gone"), volume="vault", name="gone", content=sha("gone content"), files=3, logicalBytes="1000", principal="keeper", grant="keepers", policy=west.policy)
    )
    west.log(west.say("destruction", "tree", sha("gone"), volume="vault", name="gone", intent=intent))

    receipted = transfer("receipted", "receipted", destination=north).complete()
    unexposed = transfer("", "unexposed", destination=north).begin()
    unexposed.abort(east)
    exposed = transfer("partial", "exposed", destination=north).begin()
    exposed.abort(east, "4194304")
    lost = transfer("possible", "lost", destination=north).begin()
    west.refuse(count=3, peer=north.id, volume="models")
    west.change("policy", "carnet-policy v1\n# another\n")
    east.change("trust", "carnet-trust v1\n# another\n")
    west.start("unclean")

    # north has two histories: the other one parts at entry 6
    other = copy.copy(north)
    other.entries, other.blobs = north.entries[:6], north.blobs
    other.refuse(principal="stranger")
    other.refuse(principal="stranger", count=2)
    for size in (7, 8):
        observe(west, north, north.entries, other.entries[:size])
    north.refuse(principal="trainer")
    return (east, west, north, other), states


def observe(observer, of, entries, others, keys=None, **changes):
    """An observed-fork: a checkpoint over `others`, and a later one (or one of the same size) over `entries`."""
    m, n = len(others), len(entries) if len(entries) > len(others) else len(others)
    first, second = (of.checkpoint(entries=e, keys=keys) for e in (others, entries[:n]))
    facts = {"peer": of.id, "peerOrigin": of.origin, "binding": of.previous, "first": first, "second": second}
    if m < n:
        facts["proof"] = [h.hex() for h in consistency(m, [leaf_hash(e) for e in entries[:n]])]
    facts |= changes
    said = observer.say("observed-fork", "fork", sha(facts["first"] + facts["second"]), **facts)
    observer.log(said)
    return said


def long_ledger():
    clock = Clock()
    lone = Daemon(clock, Authority("lone.example"), "spiffe://lone.example/carnet/node-1", "ledger.lone.example/node-1")
    open_up(lone)
    while len(lone.entries) < 262:
        lone.refuse(count=len(lone.entries), principal="trainer")
    return lone
