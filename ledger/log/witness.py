"""Cosign a counterparty's log, and catch it if it ever tells two stories.

A witness is whoever the log's owner would have to fool: the other party, an auditor,
a notary. It has a key of its own (type 0x04), a policy that names the log's key, and a
memory. It is sent the growth of the log since the head it cosigned last::

    old 3
    1s8uF…=
    wXs2P…=

    example.com/deals
    5
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

    — example.com/deals hI2DJw…

and answers with one signature line, to be put below the others. It answers only when
the log's signature is right, ``old`` is the size it remembers (0 at first), and the
proof shows that nothing it has seen was changed. The new head is on disk before the
cosignature leaves. When a crash comes between, the same request is answered with
``Conflict`` and the size remembered by then; sending ``old`` with that size and no
hashes brings the cosignature.

An empty log is not cosigned: there is nothing in it to vouch for.

Source: C2SP tlog-witness, "add-checkpoint"; C2SP tlog-cosignature.
"""

from __future__ import annotations

from dataclasses import dataclass

from events.errors import Conflict, InputError, Refused
from ledger.log.keys import Signer, sign
from ledger.log.memory import Memory
from ledger.log.note import KeyType, Signature
from ledger.log.policy import Policy
from ledger.log.proof import ConsistencyProof


@dataclass(frozen=True, slots=True)
class Witness:
    """A cosigner of the logs that ``policy`` lists."""

    signer: Signer
    policy: Policy
    memory: Memory

    def cosign(self, request: bytes, time: int) -> Signature:
        """Accept the growth of a log and cosign its new head.

        Args:
            request: The text of a ``ConsistencyProof``.
            time: Now, as POSIX seconds, 1 or more.

        Returns:
            The cosignature line; the head it covers is remembered on disk.

        Raises:
            InputError: The request is not of its format, or the memory is unreadable.
            Conflict: The request starts at another size than the remembered one;
                ``size`` is that one.
            Rollback: The log lost leaves. ``evidence`` is a folder.
            Fork: The log changed its past. ``evidence`` is a folder.
            Integrity: The log's signature is wrong or absent.
            Refused: The log is empty, or the signer's key is no witness key.
        """
        if self.signer.vkey.type is not KeyType.COSIGNATURE_V1:
            raise Refused("a witness signs with a key of type 0x04")
        growth = ConsistencyProof.parse(request)
        judged = self.policy.judge(growth.checkpoint)
        new = judged.checkpoint
        if new.size == 0:
            raise Refused(f"{new.origin} is empty: there is nothing to vouch for")
        if growth.old == 0 and growth.hashes:
            raise InputError("growth from nothing needs no proof", field="old")
        with self.memory.locked():
            old = self.memory.head(new.origin)
            size = old.size if old else 0
            if growth.old != size < new.size:
                raise _other_base(new.origin, size)
            # A smaller head, or another one of the same size, is judged whatever base
            # it claims.
            self.memory.compare(judged.note, growth.hashes)
            if growth.old != size:
                raise _other_base(new.origin, size)
            cosignature = sign(judged.note.text, self.signer, time)
            self.memory.remember(judged.note)
        return cosignature


def _other_base(origin: str, size: int) -> Conflict:
    return Conflict(
        f"{origin} is remembered at {size} leaves: prove growth from there", size=size
    )
