"""Format 1 of the bundle: what was written once is read for ever.

The bundles in ``fixtures/`` were written by the first version and are never written
again; a new format gets new ones.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from events.errors import Integrity
from ledger.audit.export import export
from ledger.audit.restore import restore
from ledger.audit.trust import Trust
from ledger.audit.verify import verify
from ledger.clock import SECOND_US
from ledger.ledger import Ledger
from ledger.log import timestamp
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.log.tree import EMPTY_ROOT
from tests import ledgers
from tests.audit_parts import TRUST, WITNESSED, filled, head_note, order_of
from tests.ledgers import ticking
from tests.log_parts import LOG, ORIGIN
from tests.test_ledger_log_timestamp import answer_to, needs_openssl
from tests.test_ledger_log_timestamp import authority as authority  # noqa: PLC0414  # a fixture

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("profile", ["full", "partial"])
def test_a_bundle_of_format_1_is_verified(profile: str) -> None:
    """The states are left out: the fold may learn to say more of them."""
    path = FIXTURES / f"bundle-1-{profile}.zip"
    verdict = verify(path, WITNESSED, readable=False)
    assert (verdict.origin, verdict.size, verdict.profile) == (ORIGIN, 16, profile)
    full = verify(FIXTURES / "bundle-1-full.zip", TRUST, readable=False)
    assert verdict.root == full.root


def test_a_bundle_of_format_1_is_restored(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "ledger.db") as ledger:
        path = FIXTURES / "bundle-1-full.zip"
        verdict = restore(path, ledger, TRUST, readable=False)
        assert ledger.check().root.hex() == verdict.root
        assert [a.agreement for a in ledger.agreements()] == [
            "alpha-beta",
            "beta-gamma",
            "gamma-delta",
        ]


@needs_openssl
def test_a_time_stamp_travels_along_and_bounds_what_is_below_it(
    authority: Path, tmp_path: Path
) -> None:
    """The clock of this ledger is in the year 2096; the authority's is not."""
    roots = [(authority / "ca.pem").read_bytes()]
    trust = Trust(TRUST.policy, stamp_roots=roots)
    future = ticking(4_000_000_000 * SECOND_US)
    with filled(tmp_path / "ledger.db", clock=future) as ledger:
        order = order_of(ledger)
        early = Checkpoint.parse(Note.parse(order.earlier[0]).text)
        stamps = {
            head.size: answer_to(authority, timestamp.request(head))
            for head in (early, order.head)
        }
        export(ledger.store, tmp_path / "b", order_of(ledger, stamps=stamps))
        past = filled(tmp_path / "past.db", clock=iter(range(1, 1_000)).__next__)
        with past:
            order = order_of(past)
            stamp = answer_to(authority, timestamp.request(order.head))
            now = order_of(past, stamps={16: stamp, 99: b"of another head"})
            export(past.store, tmp_path / "c", now)
    assert "checkpoint.tsr: no authority" in " ".join(
        verify(tmp_path / "b", TRUST).not_checked
    )
    with pytest.raises(Integrity, match="a time-stamping authority saw a head of 5"):
        verify(tmp_path / "b", trust)
    assert "the time-stamp checkpoint.tsr" in " ".join(
        verify(tmp_path / "c", trust).checked
    )
    stranger = (authority / "stranger.pem").read_bytes()
    with pytest.raises(Integrity, match="does not hold"):
        verify(tmp_path / "c", Trust(TRUST.policy, stamp_roots=[stranger]))


def test_the_manifest_says_no_more_than_the_checkpoint() -> None:
    from ledger.audit.manifest import Manifest  # noqa: PLC0415  # beside its only use

    written = json.loads(
        Manifest.of(Checkpoint(ORIGIN, 0, EMPTY_ROOT), ("b", "a")).encode()
    )
    assert written == {
        "agreements": ["a", "b"],
        "format": "whereas-bundle/1",
        "origin": LOG.vkey.name,
        "profile": "partial",
        "root": EMPTY_ROOT.hex(),
        "size": 0,
    }


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 513])
def test_a_log_of_any_size_goes_out_and_comes_back(tmp_path: Path, size: int) -> None:
    """Earlier heads lie within files of 256 events, and at their ends."""
    with ledgers.create(tmp_path / "ledger.db") as ledger:
        ledgers.fill(ledger, size)
        earlier = [n for n in (1, 100, 255, 256, 257, 400) if n < size]
        notes = tuple(head_note(ledger, old) for old in earlier)
        order = order_of(ledger, earlier=notes, stated=())
        export(ledger.store, tmp_path / "b.zip", order)
        for old in (*earlier, size):
            trust = Trust(TRUST.policy, head_note(ledger, old))
            assert verify(tmp_path / "b.zip", trust).since == old
        with Ledger.create(tmp_path / "again.db") as again:
            restore(tmp_path / "b.zip", again, TRUST)
            assert again.check() == ledger.head()
