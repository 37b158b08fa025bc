"""Record the last event of every agreement under one root.

An export of some agreements rests on it: see :mod:`ledger.audit.heads`. The heads are
read without the write lock, which may take a second where there are many agreements,
and the event is recorded only if nothing was appended meanwhile.
"""

from __future__ import annotations

from contextlib import suppress

from events.entry import Draft
from events.errors import Conflict, Refused
from events.record import HeadsSnapshotted
from ledger.appending import MOST_TRIES, Appending, Places
from ledger.audit.heads import Snapshot
from ledger.receipts import Receipt
from ledger.store import LEDGER_STREAM, Store
from ledger.stored import Moved


def snapshot_heads(store: Store, appending: Appending, recorded_by: str) -> Receipt:
    """Record a snapshot; see ``Ledger.snapshot_heads``."""
    for _ in range(MOST_TRIES):
        size = store.head().size
        tree = Snapshot((name, tail.seq, tail.leaf) for name, tail in store.tails())
        if not tree.count:
            raise Refused("there is no agreement in the ledger yet")
        event = HeadsSnapshotted(agreements=tree.count, root=tree.root.hex())
        draft = Draft(agreement=LEDGER_STREAM, event=event)
        last = store.tail(LEDGER_STREAM)
        places = Places([last.seq + 1 if last else 1], size)
        sealed = appending.seal(draft, recorded_by)
        with suppress(Moved):
            (receipt,) = appending.record([draft], [sealed], places, size=size)
            return receipt
    raise Conflict(
        f"the ledger moved {MOST_TRIES} times while its heads were read; nothing was"
        " recorded",
        hint="try again",
    )
