"""Verify a bundle offline: no ledger, no database, no network.

In this order, and each of it only once what it rests on holds:

1. keys, witnesses and policy come from outside;
2. the signatures on the checkpoint, its origin, the quorum of witnesses;
3. growth from the head that the verifier has kept, and from the earlier ones;
4. each event: its one spelling, its position, its leaf, its place in the tree;
5. in a full bundle the whole tree, rebuilt;
6. numbers and links in each agreement, batches, instants;
7. what is disclosed, each value against exactly one digest;
8. the readable part, computed again.

Whatever the answer, it is given by the files and what the verifier brought along, and
by nothing else. A bundle of any size takes the same memory, but for an entry an
agreement and the events of agreements whose state it holds.

As a program of its own::

    python -m ledger.audit.verify BUNDLE --key VKEY [--since CHECKPOINT]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import deque
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from events.codec import decode
from events.dates import PartialDate
from events.errors import InputError, Integrity, WhereasError
from ledger.audit import names
from ledger.audit.body import Body, History, Work
from ledger.audit.chain import Chain
from ledger.audit.full import check_full
from ledger.audit.manifest import MANIFEST_BYTES_MAX, check_manifest, read_manifest
from ledger.audit.partial import check_partial
from ledger.audit.readable import state_bytes
from ledger.audit.reading import Bundle, in_file, open_bundle
from ledger.audit.source import LEDGER_STREAM
from ledger.audit.trust import Heads, Trust, judge_heads, signatures
from ledger.audit.verdict import Findings, Shown, Verdict, counted
from ledger.log.note import MAX_NOTE_BYTES
from ledger.log.policy import MAX_POLICY_BYTES, Policy

DOCUMENT_BYTES_MAX = 1 << 40
# What nobody concludes anything from costs nobody more than a moment.
_CONVENIENCE_BYTES_MAX = 1 << 20
STATE_BYTES_MAX = 1 << 28
_PEM_BYTES_MAX = 1 << 20

Progress = Callable[[int, int], None]


def verify(
    path: Path,
    trust: Trust,
    *,
    readable: bool = True,
    progress: Progress = lambda _done, _all: None,
) -> Verdict:
    """Verify a bundle.

    Args:
        path: the folder or the zip file.
        trust: what the verifier brought along.
        readable: whether to compute the states again; False where an older version of
            the product wrote them and folds otherwise.
        progress: is told now and then how many events of how many are done.

    Returns:
        What was shown, and what was not.

    Raises:
        Integrity: it does not hold; ``position`` is the first event concerned where
            there is one, ``expected`` and ``found`` are the evidence.
        InputError: it cannot be read.
    """
    findings = Findings()
    with open_bundle(path) as bundle:
        data = bundle.take(names.MANIFEST, MANIFEST_BYTES_MAX)
        manifest = read_manifest(data)
        full = manifest.profile == "full"
        heads = judge_heads(bundle, trust, findings, full=full)
        check_manifest(data, manifest, heads.head)
        body = _body(bundle, heads, full=full)
        history = History(bundle)
        work = Work(bundle, heads, body, history, findings, progress)
        shown: tuple[Shown, ...] = ()
        if full:
            check_full(work)
        else:
            shown = check_partial(work, manifest.agreements or ())
        body.finish()
        _check_documents(bundle)
        _check_states(bundle, body, findings, readable=readable)
        _check_untaken(bundle)
        return _verdict(heads, body, shown, findings, full=full)


def _body(bundle: Bundle, heads: Heads, *, full: bool) -> Body:
    loose = frozenset() if full else frozenset({LEDGER_STREAM})
    return Body(
        Chain(heads.bounds, loose=loose),
        heads.rotations,
        [names.document_digest(name) for name in bundle.names(names.DOCUMENTS)],
        {_stated(name)[0] for name in bundle.names("state/")},
    )


def _check_documents(bundle: Bundle) -> None:
    """Hold each document against its name."""
    for name in bundle.names(names.DOCUMENTS):
        digest = sha256()
        for chunk in bundle.stream(name, DOCUMENT_BYTES_MAX):
            digest.update(chunk)
        if names.document_name(digest.hexdigest()) != name:
            raise Integrity(
                f"{name} is not the document of that name",
                file=name,
                expected=names.document_digest(name),
                found=digest.hexdigest(),
            )


def _check_states(
    bundle: Bundle, body: Body, findings: Findings, *, readable: bool
) -> None:
    """Compute each state again and compare it."""
    count = 0
    for name in bundle.names("state/"):
        agreement, on = _stated(name)
        content = bundle.stream(name, STATE_BYTES_MAX)
        if not readable:
            deque(content, maxlen=0)
            continue
        kept = body.kept[agreement]
        if not kept:
            raise Integrity(f"{name} is of an agreement without events", file=name)
        with in_file(name):
            date = PartialDate.parse(on)
        entries = [decode(*one) for one in kept]
        expected = state_bytes(entries, date, asked_at(body))
        found = b""
        while len(found) <= len(expected) and (chunk := next(content, b"")):
            found += chunk
        if found != expected:
            at = _first_difference(expected, found)
            raise Integrity(
                f"{name} is not what the events lead to",
                file=name,
                hint="a version of whereas that folds otherwise may have written it;"
                " --no-state leaves it out",
                expected=expected[at : at + 200].decode("utf-8", "replace"),
                found=found[at : at + 200].decode("utf-8", "replace"),
            )
        count += 1
    if count:
        states = counted(count, "state")
        findings.checked.append(f"{states}, computed again from the events")
    elif not readable:
        findings.not_checked.append("the states: you left them out")


def asked_at(body: Body) -> str:
    """Give the instant of the last snapshot in a bundle, or of its last event."""
    return (
        body.snapshots[-1][0].recorded_at if body.snapshots else body.chain.recorded_at
    )


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    shorter = min(len(one), len(other))
    return max(0, next((at for at, (a, b) in pairs if a != b), shorter) - 40)


def _stated(name: str) -> tuple[str, str]:
    agreement, at, on = name.removeprefix("state/").partition("@")
    if not at or not on.endswith(".json"):
        raise InputError(f"{name} is not the name of a file of a bundle")
    return agreement, on.removesuffix(".json")


def _check_untaken(bundle: Bundle) -> None:
    for name in bundle.untaken():
        if name not in names.CONVENIENCE:
            raise Integrity(f"{name} does not belong in the bundle", file=name)
        # Read all the same, so that a damaged zip is found.
        bundle.take(name, _CONVENIENCE_BYTES_MAX)


def _verdict(
    heads: Heads,
    body: Body,
    shown: tuple[Shown, ...],
    findings: Findings,
    *,
    full: bool,
) -> Verdict:
    judged, head = heads.judged, heads.head
    if not judged.cosignatures:
        findings.not_checked.append(
            "that others were shown the same history: no witness that you trust"
            " cosigned the head"
        )
    if body.withheld:
        values = counted(body.withheld, "withheld value")
        findings.not_checked.append(
            f"{values}; which field each is of is the word of whoever exported"
        )
    if body.erased:
        values = counted(body.erased, "erased value")
        findings.not_checked.append(
            f"what {values} said; that each was erased is recorded by an event"
        )
    findings.not_checked += [
        f"{', '.join(sorted(names.CONVENIENCE))}: they are for convenience",
        "that what the events say is true",
    ]
    return Verdict(
        origin=head.origin,
        size=head.size,
        root=head.root.hex(),
        profile="full" if full else "partial",
        events=body.chain.events,
        agreements=shown,
        since=heads.since,
        recorded_at=body.chain.recorded_at,
        signatures=signatures(judged),
        withheld=body.withheld,
        erased=body.erased,
        checked=tuple(findings.checked),
        not_checked=tuple(findings.not_checked),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a bundle as a program: print the verdict as JSON, return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ledger.audit.verify", description="Verify an audit bundle."
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="the log's public key, name+id+base64")
    parser.add_argument("--policy", type=Path, help="a file of keys and witnesses")
    parser.add_argument("--since", type=Path, help="a signed head kept from before")
    parser.add_argument("--tsa-root", type=Path, action="append", default=[])
    parser.add_argument("--no-state", action="store_true")
    given = parser.parse_args(arguments)
    try:
        verdict = verify(given.bundle, _trust(given), readable=not given.no_state)
    except WhereasError as wrong:
        facts = {k: v for k, v in wrong.facts.items() if v is not None}
        said = {"error": wrong.kind, "message": str(wrong), "hint": wrong.hint, **facts}
        text = json.dumps(said, ensure_ascii=False, indent=2, default=str)
        # A name that is not UTF-8 has halves of characters, which JSON has escapes for.
        sys.stderr.write(text.encode(errors="backslashreplace").decode() + "\n")
        return wrong.exit_code
    sys.stdout.write(_pretty(verdict))
    return 0


def _trust(given: argparse.Namespace) -> Trust:
    since = read_file(given.since, MAX_NOTE_BYTES) if given.since else None
    roots = [read_file(path, _PEM_BYTES_MAX) for path in given.tsa_root]
    if given.policy is not None:
        policy = Policy.parse(read_file(given.policy, MAX_POLICY_BYTES))
        return Trust(policy, since, roots)
    if given.key is None:
        raise InputError("whom to trust comes from outside: give --key or --policy")
    return Trust(Trust.in_key(given.key).policy, since, roots)


def read_file(path: Path, limit: int) -> bytes:
    """Read a small file.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as wrong:
        raise InputError(
            f"{path} cannot be read: {wrong.strerror}", path=str(path)
        ) from wrong
    if len(data) > limit:
        raise InputError(f"{path} has more than {limit} bytes", path=str(path))
    return data


def _pretty(value: object) -> str:
    encoded = msgspec.json.encode(value, enc_hook=str)
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.exit(main())
