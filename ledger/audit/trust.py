"""Judge the signed heads of a bundle by what the verifier brought along.

Keys, witnesses, certificates and a head seen before come from outside. From inside come
changes of keys, which only lead from a key that is trusted to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from events.errors import InputError, Integrity
from ledger.audit import names
from ledger.audit.chain import Bound
from ledger.audit.reading import Bundle, in_file
from ledger.audit.rotation import (
    STATEMENT_BYTES_MAX,
    Chain,
    Rotation,
    chain,
    read_rotation,
)
from ledger.audit.verdict import Findings, Signed, counted
from ledger.log import timestamp
from ledger.log.checkpoint import Checkpoint
from ledger.log.encoding import decode_number
from ledger.log.note import MAX_NOTE_BYTES, KeyType, Note, Verified, VerifierKey
from ledger.log.policy import Judged, Policy
from ledger.log.proof import MAX_PROOF_BYTES, ConsistencyProof
from ledger.log.tree import verify_consistency

# Two honest clocks may differ by so much.
CLOCK_SKEW = timedelta(minutes=5)
FILES_MAX = 10_000
_INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brought along.

    Attributes:
        policy: the trusted keys of logs and witnesses, and how many must cosign.
        since: a signed head of the same log that was kept from an earlier day.
        stamp_roots: certificates of trusted time-stamping authorities, as PEM.
    """

    policy: Policy
    since: bytes | None = None
    stamp_roots: Sequence[bytes] = ()

    @classmethod
    def in_key(cls, vkey: str, since: bytes | None = None) -> Trust:
        """Trust one key of a log, and ask for no cosignature."""
        key = VerifierKey.parse(vkey)
        if key.type is not KeyType.ED25519:
            raise InputError("this is the key of a witness, not of a log", field="key")
        return cls(Policy(logs=(key,)), since)


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a bundle, judged.

    Attributes:
        note: the bytes of the checkpoint.
        judged: the checkpoint, and the signatures believed.
        roots: the roots that earlier sizes must have, with where each comes from.
        bounds: what others saw, and when.
        rotations: changes of keys, by the position at which they must be recorded.
        since: the size of the head that was known before.
    """

    note: bytes
    judged: Judged
    roots: dict[int, tuple[bytes, str]]
    bounds: tuple[Bound, ...]
    rotations: dict[int, bytes]
    since: int | None

    @property
    def head(self) -> Checkpoint:
        """Give the head."""
        return self.judged.checkpoint


def judge_heads(
    bundle: Bundle, trust: Trust, findings: Findings, *, full: bool
) -> Heads:
    """Judge the checkpoint of a bundle, the earlier ones, and growth between them.

    Args:
        bundle: the bundle.
        trust: what the verifier brought along.
        findings: where to tell what was checked.
        full: whether the bundle holds every event, so that any size can be computed.

    Raises:
        InputError: a file is not of its format.
        Integrity: a signature, a proof or a time-stamp does not hold.
    """
    statements = dict(_statements(bundle))
    made = {at: _rotation(statement, at) for at, statement in statements.items()}
    data = bundle.take(names.CHECKPOINT, MAX_NOTE_BYTES)
    _, head = _read_head(data, names.CHECKPOINT)
    followed = chain(head.origin, trust.policy.logs, made)
    policy = replace(trust.policy, logs=followed.keys)
    judged = policy.judge(data)
    _check_signer(judged, followed)
    findings.not_checked.extend(
        f"the change of keys at pos:{position}: it is by a key that did not sign the"
        " log then, and counts for nothing"
        for position in followed.strange
    )
    _tell_signatures(judged.note, policy, names.CHECKPOINT, findings)
    bounds = list(_bounds(head, judged.cosignatures))
    bounds += _stamped(bundle, names.CHECKPOINT, head, trust, findings)
    roots: dict[int, tuple[bytes, str]] = {}
    for size in _sizes(bundle, head):
        name = names.checkpoint_name(size)
        note, old = _read_head(bundle.take(name, MAX_NOTE_BYTES), name)
        _check_earlier(old, name, size, head)
        believed = _signed(note, policy, name)
        _tell_signatures(note, policy, name, findings)
        _check_growth(bundle, old, head, data)
        roots[size] = (old.root, name)
        bounds += _bounds(old, [v for v in believed if v.key not in policy.logs])
        bounds += _stamped(bundle, name, old, trust, findings)
    since = _since(trust, policy, head, roots, findings, full=full)
    findings.checked.append(
        f"the signature of {head.origin} on its head of {counted(head.size, 'event')}"
    )
    if roots:
        findings.checked.append(f"growth from {counted(len(roots), 'earlier head')}")
    return Heads(data, judged, roots, tuple(bounds), statements, since)


def signatures(judged: Judged) -> tuple[Signed, ...]:
    """List the signatures that were believed."""
    return (
        *(Signed(key=str(found.key), role="log") for found in judged.logs),
        *(
            Signed(key=str(found.key), role="witness", at=_instant(found.time))
            for found in judged.cosignatures
        ),
    )


def numbers(bundle: Bundle, prefix: str, ending: str = "") -> Iterator[int]:
    """Read the numbers out of the names that begin with a prefix.

    Raises:
        InputError: a name has something else there.
    """
    for name in bundle.names(prefix):
        text = name.removeprefix(prefix)
        if text.endswith(".tsr") and ending != ".tsr":
            continue
        if not text.endswith(ending):
            raise InputError(f"{name} is not the name of a file of a bundle")
        yield decode_number(text.removesuffix(ending), "number in a name")


def _rotation(statement: bytes, position: int) -> Rotation:
    with in_file(names.key_name(position)):
        return read_rotation(statement)


def _check_signer(judged: Judged, followed: Chain) -> None:
    """Check that a head over changes of keys is signed by the key they lead to.

    Raises:
        Integrity: it is signed by a key that had given way to another.
    """
    signers = [found.key for found in judged.logs]
    if followed.current is None or followed.current in signers:
        return
    raise Integrity(
        f"{names.CHECKPOINT} is signed by a key that gave way to another at"
        f" pos:{followed.changed}",
        file=names.CHECKPOINT,
        position=followed.changed,
        expected=str(followed.current),
        found=", ".join(map(str, signers)),
    )


def _statements(bundle: Bundle) -> Iterator[tuple[int, bytes]]:
    for position in _few(sorted(numbers(bundle, "keys/"))):
        yield position, bundle.take(names.key_name(position), STATEMENT_BYTES_MAX)


def _sizes(bundle: Bundle, head: Checkpoint) -> list[int]:
    sizes = _few(sorted(numbers(bundle, "checkpoints/")))
    for size in sizes:
        if not 0 < size < head.size:
            raise Integrity(
                f"a head of {size} events is not earlier than one of {head.size}",
                file=names.checkpoint_name(size),
                position=head.size,
            )
    return sizes


def _few(found: list[int]) -> list[int]:
    if len(found) > FILES_MAX:
        raise InputError(f"more than {FILES_MAX} heads or keys")
    return found


def _read_head(data: bytes, name: str) -> tuple[Note, Checkpoint]:
    """Read a head, whoever signed it."""
    with in_file(name):
        note = Note.parse(data)
        return note, Checkpoint.parse(note.text)


def _check_earlier(old: Checkpoint, name: str, size: int, head: Checkpoint) -> None:
    if (old.origin, old.size) != (head.origin, size):
        raise Integrity(
            f"{name} is the head of {old.origin!r} at {old.size} events",
            file=name,
            expected=[head.origin, size],
            found=[old.origin, old.size],
        )


def signed_by(
    note: Note,
    logs: Sequence[VerifierKey],
    name: str,
    witnesses: Iterable[VerifierKey] = (),
) -> list[Verified]:
    """Check that a key of the log has signed a head.

    Args:
        note: the head.
        logs: the keys of the log.
        name: what to call the head.
        witnesses: keys of others that may have signed it.

    Returns:
        The signatures by these keys.

    Raises:
        Integrity: none of the log's has, or a signature is wrong.
    """
    try:
        believed = list(note.verified([*logs, *witnesses]))
    except Integrity as wrong:
        raise Integrity(f"{name}: {wrong}", hint=wrong.hint, **wrong.facts) from wrong
    if not any(found.key in logs for found in believed):
        raise Integrity(f"{name} is not signed by the log", file=name)
    return believed


def _signed(note: Note, policy: Policy, name: str) -> list[Verified]:
    return signed_by(note, policy.logs, name, policy.witnesses.values())


def _check_growth(
    bundle: Bundle, old: Checkpoint, head: Checkpoint, data: bytes
) -> None:
    name = names.consistency_name(old.size, head.size)
    text = bundle.take(name, MAX_PROOF_BYTES)
    with in_file(name):
        proof = ConsistencyProof.parse(text)
    if proof.old != old.size or proof.checkpoint != data:
        raise Integrity(f"{name} is a proof of something else", file=name)
    with in_file(name):
        verify_consistency(old.size, old.root, head.size, head.root, proof.hashes)


def _since(  # noqa: PLR0913  # what was brought along, and what is there
    trust: Trust,
    policy: Policy,
    head: Checkpoint,
    roots: dict[int, tuple[bytes, str]],
    findings: Findings,
    *,
    full: bool,
) -> int | None:
    if trust.since is None:
        findings.not_checked.append(
            "that the log continues a head that you have seen: none was given (--since)"
        )
        return None
    what = "the head that you have kept"
    note = Note.parse(trust.since)
    old = Checkpoint.parse(note.text)
    if old.origin != head.origin:
        raise Integrity(
            f"{what} is of {old.origin!r}, the bundle of {head.origin!r}",
            expected=old.origin,
            found=head.origin,
        )
    _signed(note, policy, what)
    if old.size == 0:
        raise InputError(f"{what} is empty and vouches for nothing", field="since")
    if old.size > head.size:
        raise Integrity(
            f"{head.origin} had {old.size} events and now shows {head.size}",
            position=head.size,
            expected=old.size,
            found=head.size,
        )
    there = {head.size: (head.root, names.CHECKPOINT), **roots}.get(old.size)
    if there is not None and there[0] != old.root:
        raise Integrity(
            f"{head.origin} shows another root at {old.size} events than {what}",
            position=0,
            expected=old.root.hex(),
            found=there[0].hex(),
        )
    if there is None:
        if not full:
            raise Integrity(
                f"the bundle does not show that the log continues {what}, of"
                f" {old.size} events",
                hint="ask for an export that begins at this head",
                position=old.size,
            )
        roots[old.size] = (old.root, what)
    findings.checked.append(f"growth from {what}, of {counted(old.size, 'event')}")
    return old.size


def _stamped(
    bundle: Bundle, name: str, head: Checkpoint, trust: Trust, findings: Findings
) -> list[Bound]:
    stamp = names.stamp_name(name)
    if not bundle.has(stamp):
        return []
    answer = bundle.take(stamp, timestamp.MAX_TOKEN_BYTES)
    if not trust.stamp_roots:
        findings.not_checked.append(
            f"the time-stamp {stamp}: no authority is trusted (--tsa-root)"
        )
        return []
    instant = timestamp.verify(answer, head, trust.stamp_roots)
    findings.checked.append(f"the time-stamp {stamp}, of {_written(instant)}")
    return [_bound(head.size, instant, "a time-stamping authority")]


def _bounds(head: Checkpoint, cosigned: Sequence[Verified]) -> Iterator[Bound]:
    for found in cosigned:
        if found.time:
            instant = datetime.fromtimestamp(min(found.time, 2**37), UTC)
            yield _bound(head.size, instant, found.key.name)


def _bound(size: int, instant: datetime, by: str) -> Bound:
    return Bound(size, _written(instant.astimezone(UTC) + CLOCK_SKEW), by)


def _written(instant: datetime) -> str:
    return instant.strftime(_INSTANT)


def _instant(time: int | None) -> str | None:
    return _written(datetime.fromtimestamp(min(time, 2**37), UTC)) if time else None


def _tell_signatures(note: Note, policy: Policy, name: str, findings: Findings) -> None:
    known = {(k.name, k.id) for k in (*policy.logs, *policy.witnesses.values())}
    strangers = [s.name for s in note.signatures if (s.name, s.id) not in known]
    if strangers:
        findings.not_checked.append(
            f"signatures on {name} by keys you did not name: {', '.join(strangers)}"
        )
