"""Say which logs are trusted and which witnesses suffice, and judge checkpoints by it.

A policy is a text file, kept by whoever verifies and never taken from what is
verified::

    log example.com/deals+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k

    witness seller seller.example/w+6f2f3c1a+BA…
    witness buyer  buyer.example/w+0b9e5d77+BF…
    witness notary notary.example/w+51c0a9e2+BB…
    group parties all seller buyer
    group enough any parties notary
    quorum enough

A checkpoint is good when a listed log signed it whose key is named like its origin,
and the quorum cosigned it: here both parties, or the notary alone. ``all`` and ``any``
may be a number instead. ``quorum none`` asks for no cosignature. A name is defined
before it is used, and used in one group at most, so nobody counts twice. Words are
parted by spaces and tabs; lines that start with ``#`` are comments.

Source: C2SP tlog-policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from events.errors import InputError, Integrity
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import KeyType, Note, Verified, VerifierKey

NO_QUORUM = "none"
MAX_POLICY_BYTES = 1_000_000


class Group(NamedTuple):
    """A group has cosigned when ``threshold`` of its members have."""

    threshold: int
    members: tuple[str, ...]


class Judged(NamedTuple):
    """A checkpoint that a policy accepts.

    ``logs`` and ``cosignatures`` are the believed signatures on it; ``note`` is the
    note it came in.
    """

    checkpoint: Checkpoint
    note: Note
    logs: tuple[Verified, ...]
    cosignatures: tuple[Verified, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Trusted log keys, known witnesses by name, their groups and the quorum."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NO_QUORUM

    @classmethod
    def parse(cls, data: bytes) -> Policy:
        """Read a policy file.

        Args:
            data: The file, at most 1,000,000 bytes.

        Returns:
            The policy.

        Raises:
            InputError: A line is not of the format; ``line`` says which, counted
                from 1.
        """
        if len(data) > MAX_POLICY_BYTES:
            raise InputError(
                f"this policy has {len(data)} bytes; {MAX_POLICY_BYTES} are the most",
                field="policy",
            )
        reader = _Reader()
        # Names are opaque bytes to the format; surrogates carry those that are not
        # UTF-8 through, and two names are equal exactly when their bytes are.
        text = data.decode("utf-8", "surrogateescape")
        for number, line in enumerate(text.split("\n"), start=1):
            reader.read(line, number)
        return reader.policy()

    def judge(self, data: bytes) -> Judged:
        """Read a signed checkpoint and check its signatures against this policy.

        Args:
            data: The note.

        Returns:
            The checkpoint with the signatures that were believed.

        Raises:
            InputError: It is not a note or not a checkpoint.
            Integrity: A known signature is wrong, no trusted log of that origin signed
                it, or the quorum did not cosign it; ``cosigned`` lists who did.
        """
        note = Note.parse(data)
        checkpoint = Checkpoint.parse(note.text)
        keys = [key for key in self.logs if key.name == checkpoint.origin]
        if not keys:
            raise Integrity(
                f"no trusted log is called {checkpoint.origin!r}",
                trusted=[key.name for key in self.logs],
            )
        verified = note.verified([*keys, *self.witnesses.values()])
        logs = tuple(v for v in verified if v.key in keys)
        if not logs:
            raise Integrity(f"the log {checkpoint.origin!r} did not sign this")
        cosignatures = tuple(v for v in verified if v.key not in keys)
        self._check_quorum({v.key for v in cosignatures})
        return Judged(checkpoint, note, logs, cosignatures)

    def _check_quorum(self, keys: set[VerifierKey]) -> None:
        cosigned = {name for name, key in self.witnesses.items() if key in keys}
        # Groups only name what was defined before them, so one pass settles all.
        done = {NO_QUORUM} | cosigned
        for name, group in self.groups.items():
            if sum(member in done for member in group.members) >= group.threshold:
                done.add(name)
        if self.quorum not in done:
            raise Integrity(
                f"the quorum {self.quorum!r} did not cosign this checkpoint",
                cosigned=sorted(cosigned),
                missing=sorted(set(self.witnesses) - cosigned),
            )


class _Reader:
    """Collects a policy line by line."""

    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, VerifierKey] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None
        self._line = ""
        self._number = 0

    def read(self, line: str, number: int) -> None:
        """Take in one line."""
        self._line, self._number = line, number
        if any((c < " " and c != "\t") or c == "\x7f" for c in line):
            self._refuse("a policy has no control characters but tab and newline")
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        match words:
            case []:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", vkey] | ["log", vkey, _]:
                self._log(vkey)
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._witness(name, vkey)
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, members)
            case ["quorum", name]:
                self._set_quorum(name)
            case _:
                self._refuse("a line is a log, a witness, a group or the quorum")

    def policy(self) -> Policy:
        """Return what was collected."""
        if self._quorum is None:
            raise InputError("a policy has one quorum line", field="quorum")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _log(self, vkey: str) -> None:
        key = self._key(vkey, KeyType.ED25519)
        if any(key.public == other.public for other in self._logs):
            self._refuse("this log is there twice")
        self._logs.append(key)

    def _witness(self, name: str, vkey: str) -> None:
        key = self._key(vkey, KeyType.COSIGNATURE_V1)
        if any(key.public == other.public for other in self._witnesses.values()):
            self._refuse("this witness is there twice")
        self._define(name)
        self._witnesses[name] = key

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            if not self._defined(member):
                self._refuse(f"{member!r} is not defined above")
            if member in self._members:
                self._refuse(f"{member!r} is already in a group")
            self._members.add(member)
        self._define(name)
        self._groups[name] = Group(self._threshold(threshold, members), tuple(members))

    def _threshold(self, text: str, members: list[str]) -> int:
        counts = {str(n): n for n in range(1, len(members) + 1)}
        counts |= {"any": 1, "all": len(members)}
        if text not in counts:
            self._refuse(f"a threshold is any, all, or 1 to {len(members)}")
        return counts[text]

    def _set_quorum(self, name: str) -> None:
        if self._quorum is not None:
            self._refuse("the quorum is there twice")
        if name != NO_QUORUM and not self._defined(name):
            self._refuse(f"{name!r} is not defined above")
        self._quorum = name

    def _key(self, vkey: str, wanted: KeyType) -> VerifierKey:
        try:
            key = VerifierKey.parse(vkey)
        except InputError as wrong:
            self._refuse(str(wrong))
        if key.type is not wanted:
            self._refuse(
                f"this key is of type 0x{key.type:02x}; here it is 0x{wanted:02x}"
            )
        return key

    def _defined(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or self._defined(name):
            self._refuse(f"{name!r} is already defined")

    def _refuse(self, message: str) -> NoReturn:
        raise InputError(
            message, line=self._number, excerpt=self._line.strip(), field="policy"
        )
