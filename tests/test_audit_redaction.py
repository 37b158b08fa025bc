"""What is withheld or erased, and what a reader sees in its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import disclosures
from events.errors import InputError, NotFound, Refused
from ledger.audit.beforehand import Foreseen
from ledger.audit.disclosed import match, read_lines, shown
from ledger.audit.export import export
from ledger.audit.leaf import read_leaf
from ledger.audit.redaction import NOTHING_WITHHELD, Redaction
from ledger.audit.verify import verify
from tests import ledgers
from tests.audit_parts import TRUST, files_of, filled, order_of

POLICY = """
# what a court wants kept
confidential
beta-gamma:note
investment-made.reason
""".replace("investment-made.reason\n", "")


@pytest.mark.parametrize(
    ("rule", "value", "fits"),
    [
        ("amount", ("a", "investment-made", "amount"), True),
        ("amount", ("a", "investment-made", "note"), False),
        ("*", ("a", "investment-made", "note"), True),
        ("a:note", ("a", "investment-made", "note"), True),
        ("a:note", ("b", "investment-made", "note"), False),
        ("investment-made.note", ("a", "investment-made", "note"), True),
        ("investment-made.note", ("a", "stake-reported", "note"), False),
        ("a:investment-made.*", ("a", "investment-made", "amount"), True),
        ("a:investment-made.*", ("a", "stake-reported", "note"), False),
        ("# amount", ("a", "investment-made", "amount"), False),
        ("", ("a", "investment-made", "amount"), False),
        ("a:\n", ("a", "investment-made", "amount"), None),
        ("amuont", ("a", "investment-made", "amount"), None),
        ("investmnet-made.note", ("a", "investment-made", "note"), None),
        ("investment-made.reason", ("a", "investment-made", "note"), None),
        ("a b", ("a", "investment-made", "note"), None),
        ("party", ("a", "investment-made", "note"), None),
    ],
)
def test_a_rule_fits_what_it_names(
    rule: str, value: tuple[str, str, str], *, fits: bool | None
) -> None:
    if fits is None:
        with pytest.raises(InputError) as found:
            Redaction.parse(f"\n{rule}")
        assert found.value.line == 2
    else:
        assert any(Redaction.parse(rule).fitting(*value, ())) is fits


def test_confidential_is_what_the_event_says() -> None:
    policy = Redaction.parse("confidential")
    assert any(policy.fitting("a", "investment-made", "amount", ["amount"]))
    assert not any(policy.fitting("a", "investment-made", "note", ["amount"]))


def test_a_reader_sees_what_is_withheld_in_its_place(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        whole, cut = order_of(ledger), order_of(ledger, redaction=Redaction.parse("*"))
        export(ledger.store, tmp_path / "whole", whole)
        export(ledger.store, tmp_path / "cut", cut)
    shown, hidden = files_of(tmp_path / "whole"), files_of(tmp_path / "cut")
    name = "state/alpha-beta@2021-01-01.json"
    quantities = [p["quantity"] for p in json.loads(hidden[name])["provisions"]]
    assert set(quantities) == {"[***]"}
    assert "USD 1m" in shown[name].decode()
    assert [name for name, data in hidden.items() if b"USD 1m" in data] == []
    one, other = verify(tmp_path / "whole", TRUST), verify(tmp_path / "cut", TRUST)
    assert one.root == other.root
    # Eleven investments have an amount and a note each; one note was erased.
    assert (one.withheld, other.withheld) == (0, 21)
    assert one.erased == other.erased == 1
    assert "withheld values" in " ".join(other.not_checked)
    erased = "what 1 erased value said; that each was erased is recorded by an event"
    assert erased in one.not_checked
    assert erased in other.not_checked


def test_only_the_rules_decide_what_is_withheld(tmp_path: Path) -> None:
    """The last event of alpha-beta calls its amount confidential."""
    with filled(tmp_path / "ledger.db") as ledger:
        order = order_of(ledger, redaction=Redaction.parse(POLICY))
        export(ledger.store, tmp_path / "b", order)
    lines = files_of(tmp_path / "b")["disclosures/000.p/16"].decode().split("\n")
    withheld = [
        (position, line.split()[1])
        for position, event in enumerate(lines)
        for line in event.split("~")
        if line.startswith("redacted ")
    ]
    assert (13, "amount") in withheld
    assert {name for position, name in withheld if 6 <= position < 12} == {"note"}
    assert not [name for position, name in withheld if position < 6]


def test_an_erased_value_is_marked_and_its_neighbours_stay(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        export(ledger.store, tmp_path / "b", order_of(ledger))
        row = ledger.store.row("alpha-beta", 2)
        assert row is not None
        assert len(disclosures(row.disclosed, row.salts)) == 1
    lines = files_of(tmp_path / "b")["disclosures/000.p/16"].decode().split("\n")
    assert lines[1].split("~")[1] == "erased note"
    with ledgers.reopen(tmp_path / "ledger.db") as ledger:
        with pytest.raises(Refused, match="erased already"):
            ledger.erase("alpha-beta", 2, ["note"], reason="x", recorded_by="c")
        with pytest.raises(NotFound, match="no value of"):
            ledger.erase("alpha-beta", 2, ["text"], reason="x", recorded_by="c")


@pytest.mark.parametrize("agreements", [None, ("alpha-beta",)])
def test_a_head_older_than_an_erasure_of_what_is_exported_is_refused(
    tmp_path: Path, agreements: tuple[str, ...] | None
) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        old = order_of(ledger, agreements=agreements)
        ledger.append([ledgers.invested(9, "beta-gamma")], recorded_by="ann")
        ledger.erase("beta-gamma", 7, ["note"], reason="x", recorded_by="c")
        # Nothing that is exported was erased.
        export(ledger.store, tmp_path / "before", old)
        ledger.erase("alpha-beta", 3, ["note"], reason="x", recorded_by="c")
        foreseen = Foreseen(ledger.store, old.head.size, agreements)
        told = r"alpha-beta @3 were erased behind the signed head of 16 events"
        with pytest.raises(Refused, match=told):
            foreseen.check(NOTHING_WITHHELD, {})
        with pytest.raises(Refused, match=told):
            export(ledger.store, tmp_path / "late", old)
        other = order_of(ledger, agreements=("gamma-delta",), note=old.note, stated=())
        export(ledger.store, tmp_path / "other", other)
        ledger.snapshot_heads(recorded_by="dan")
        export(ledger.store, tmp_path / "now", order_of(ledger, agreements=agreements))
    assert not (tmp_path / "late").exists()
    for name in ("before", "other", "now"):
        assert verify(tmp_path / name, TRUST).withheld == 0


@given(st.text(max_size=60), st.sampled_from(["USD 1m", "about USD 2.5bn", "unknown"]))
def test_what_is_disclosed_reads_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, note: str, amount: str
) -> None:
    from ledger.audit.disclosed import lines_of  # noqa: PLC0415  # beside its only use

    fields = {"amount": amount, **({"note": note} if note.strip() else {})}
    path = tmp_path_factory.mktemp("l") / "ledger.db"
    with ledgers.create(path) as ledger:
        ledger.append([ledgers.opened()], recorded_by="ann")
        ledger.append([ledgers.invested(0, **fields)], recorded_by="ann")
        (row,) = ledger.store.scan(1, 2)
    leaf = read_leaf(row.event, 1)
    lines = lines_of(row, leaf, NOTHING_WITHHELD)
    assert lines == disclosures(row.disclosed, row.salts)
    read = read_lines(lines, 1)
    assert match(leaf, read).names == ()
    assert shown(read) == (row.disclosed, row.salts)
