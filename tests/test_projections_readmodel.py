"""The read model gives the answers of the fold, whatever was recorded and is asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from events.dates import INF, LAST_DAY, NEG_INF, PartialDate, parse_day
from events.errors import Integrity
from projections.fold.resolving import end_of
from projections.fold.timeline import timeline_of
from projections.questions.answers import KnownAt, StateAnswer, state_answer
from projections.readmodel.hanging import days_of
from projections.readmodel.opening import reading
from projections.readmodel.reader import timeline_at
from projections.readmodel.rows import FOREVER, OPEN
from projections.readmodel.tracking import lag
from projections.readmodel.writer import catch_up, rebuild
from tests.agreements import entries as written
from tests.readmodels import (
    ASKED,
    HORIZONS,
    Listed,
    late_ledgers,
    ledgers,
    placed,
    renamed,
)

KNOWN = KnownAt(0, 0, "")
# Where the drawn histories have their dates.
DAYS_THERE = st.integers(parse_day("2018-01-01"), parse_day("2031-01-01"))


def folded(
    ledger: Listed, agreement: str, on: str, known: int, horizon: int
) -> StateAnswer:
    entries = ledger.entries(agreement, known=known)
    there = timeline_of(entries, horizon=horizon)
    return state_answer(there, PartialDate.parse(on), known=KNOWN)


def looked_up(
    path: Path, agreement: str, on: str, known: int, horizon: int
) -> StateAnswer | None:
    with reading(path) as connection:
        there = timeline_at(connection, agreement, known, horizon=horizon)
        if there is None:
            return None
        return state_answer(there, PartialDate.parse(on), known=KNOWN)


def agree(path: Path, ledger: Listed, on: str, known: int, horizon: int) -> None:
    """Assert that both tell the same of every agreement that was known."""
    for agreement in ledger.names():
        if ledger.entries(agreement, known=known):
            asked = (agreement, on, known, horizon)
            found, expected = looked_up(path, *asked), folded(ledger, *asked)
            if found is None:
                entries = ledger.entries(agreement, known=known)
                certain = timeline_of(entries).pending
                assert timeline_of(entries, horizon=horizon).pending != certain
            else:
                assert found == expected


@settings(max_examples=80)
@given(
    ledgers(),
    st.lists(st.tuples(ASKED, st.floats(0, 1), HORIZONS), min_size=3, max_size=6),
)
def test_a_rebuilt_read_model_answers_like_the_fold(
    ledger: Listed, asked: list[tuple[str, float, int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        rebuild(path, ledger)
        for on, share, horizon in asked:
            agree(path, ledger, on, round(share * (ledger.size - 1)), horizon)


@settings(max_examples=80)
@given(
    ledgers(),
    st.lists(st.integers(1, 4), max_size=12),
    st.lists(st.tuples(ASKED, st.floats(0, 1), HORIZONS), min_size=3, max_size=6),
)
def test_a_read_model_that_caught_up_answers_like_the_fold(
    ledger: Listed, pieces: list[int], asked: list[tuple[str, float, int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        seen = Listed()
        rebuild(path, seen)
        for piece in [*pieces, ledger.size]:
            seen.all = ledger.all[: seen.size + piece]
            catch_up(path, seen)
        assert lag(path, ledger) == (ledger.size, ledger.size, None)
        for on, share, horizon in asked:
            agree(path, ledger, on, round(share * (ledger.size - 1)), horizon)


@settings(max_examples=80)
@given(late_ledgers(), st.lists(st.tuples(ASKED, st.floats(0, 1)), min_size=6))
def test_payments_and_reports_learned_late_stand_where_the_fold_puts_them(
    ledger: Listed, asked: list[tuple[str, float]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        rebuild(path, ledger)
        for on, share in asked:
            agree(path, ledger, on, round(share * (ledger.size - 1)), NEG_INF)


@settings(max_examples=30)
@given(ledgers())
def test_catching_up_and_rebuilding_make_the_same_rows(ledger: Listed) -> None:
    with TemporaryDirectory() as folder:
        grown, rebuilt = Path(folder) / "grown.db", Path(folder) / "rebuilt.db"
        seen = Listed()
        rebuild(grown, seen)
        for size in range(1, ledger.size + 1):
            seen.all = ledger.all[:size]
            catch_up(grown, seen)
        rebuild(rebuilt, ledger)
        assert rows(grown) == rows(rebuilt)


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read all rows without their ids, which depend on the order of writing."""
    with closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in ("provisions", "parts", "stakes", "measures", "parties"):
            cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608  # constants only
            found[table] = sorted((row[1:] for row in cursor), key=repr)
        found["events"] = list(connection.execute("SELECT * FROM events"))
        for child in ("holders", "hinges"):
            cursor = connection.execute(
                f"SELECT agreement, name, on_from, known_from, c.* FROM {child} AS c "  # noqa: S608  # constants only
                "JOIN provisions AS p ON p.id = c.provision"
            )
            found[child] = sorted((*row[:4], *row[5:]) for row in cursor)
        return found


GRANTED = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, against: b,
   ends: through 2024, scope: {asset: [x/y]}}
- {event: performed, effective: 2021-01-01, provision: p, kind: paid}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


def test_what_is_not_there_is_behind_by_everything(path: Path) -> None:
    assert lag(path, Listed(written(GRANTED))) == (0, 3, "missing")


def test_lag_counts_what_was_not_taken_yet(path: Path) -> None:
    ledger = Listed(written(GRANTED))
    seen = Listed(written(GRANTED)[:1])
    rebuild(path, seen)
    assert lag(path, ledger) == (1, 3, None)


def test_a_position_that_does_not_follow_is_refused_and_nothing_is_taken(
    path: Path,
) -> None:
    ledger = Listed(written(GRANTED))
    rebuild(path, Listed(written(GRANTED)[:1]))
    del ledger.all[1]
    ledger.all.append(placed(ledger.all[-1], 3))
    before = rows(path)
    with pytest.raises(Integrity, match="pos:2 was read where pos:1 should be"):
        catch_up(path, ledger)
    assert rows(path) == before
    assert lag(path, ledger).position == 1


@pytest.mark.parametrize("column", ["schema", "fold"])
def test_another_version_of_schema_or_fold_is_made_anew(
    path: Path, column: str
) -> None:
    ledger = Listed(written(GRANTED))
    rebuild(path, ledger)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f'UPDATE tracking SET "{column}" = 99')  # noqa: S608  # constants only
        connection.execute("DELETE FROM provisions")
    assert not lag(path, ledger).usable
    catch_up(path, ledger)
    agree(path, ledger, "2021", 2, NEG_INF)


def test_an_index_of_another_ledger_is_made_anew(path: Path) -> None:
    ledger = Listed(written(GRANTED))
    rebuild(path, Listed(renamed(written(GRANTED), "c-d")))
    assert not lag(path, ledger).usable
    catch_up(path, ledger)
    agree(path, ledger, "2021", 2, NEG_INF)


def test_a_file_that_is_no_database_is_made_anew(path: Path) -> None:
    path.write_text("not a database, but long enough to be looked at " * 10)
    ledger = Listed(written(GRANTED))
    catch_up(path, ledger)
    agree(path, ledger, "2021", 2, NEG_INF)


def test_rebuilding_leaves_no_file_beside_the_read_model(path: Path) -> None:
    rebuild(path, Listed(written(GRANTED)))
    assert [found.name for found in path.parent.iterdir()] == ["index.db"]


def test_who_reads_while_it_is_rebuilt_reads_on(path: Path) -> None:
    ledger = Listed(written(GRANTED))
    rebuild(path, ledger)
    with reading(path) as connection:
        rebuild(path, Listed())
        there = timeline_at(connection, "a-b", 2)
        assert there is not None
        assert list(there.state(INF).provisions) == ["p"]


def test_a_payment_opens_no_new_row_of_the_provision(path: Path) -> None:
    rebuild(path, Listed(written(GRANTED)))
    with reading(path) as connection:
        found = connection.execute("SELECT on_to, known_to FROM provisions").fetchall()
    assert found == [(FOREVER, OPEN)]


def test_events_are_found_by_their_words(path: Path) -> None:
    rebuild(path, Listed(written(GRANTED)))
    with reading(path) as connection:
        found = connection.execute(
            "SELECT position FROM events WHERE rowid IN "
            "(SELECT rowid FROM events_fts WHERE events_fts MATCH 'x')"
        ).fetchall()
    assert found == [(1,)]


@settings(max_examples=150)
@given(ledgers(), st.lists(st.integers(1, LAST_DAY) | DAYS_THERE, min_size=5))
def test_an_end_that_drifts_is_the_horizon_up_to_its_latest_day(
    ledger: Listed, horizons: list[int]
) -> None:
    for name in ledger.names():
        timeline = timeline_of(ledger.entries(name))
        for provision in timeline.state(LAST_DAY).provisions.values():
            days = days_of(provision, timeline.facts, {})
            event(f"drifts: {bool(days.drifts)}")
            for horizon in horizons if days.drifts else ():
                ends = end_of(provision, timeline.facts.at(horizon))
                assert ends.lo == min(horizon, days.ends_hi)


HUNG = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, ends: through 2024}
- {event: event-corrected, target: 2, reason: misread, replacement: {ends: %s}}
"""


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("milestone m", "milestone-determined, milestone: m, outcome: occurred"),
        ("measure x >= USD 5m", "measure-reported, measure: x, value: USD 7m"),
    ],
)
def test_what_a_correction_lets_terms_hang_on_moves_their_days(
    path: Path, ends: str, said: str
) -> None:
    last = f"- {{event: {said}, effective: 2023-01-01}}\n"
    ledger = Listed(written(HUNG % ends + last))
    rebuild(path, ledger)
    with reading(path) as connection:
        there = connection.execute(
            "SELECT ends_hi FROM provisions WHERE known_to = ?", (OPEN,)
        ).fetchall()
    assert there == [(parse_day("2023-01-01"),)]
    agree(path, ledger, "2024", 3, NEG_INF)


def test_a_payment_corrected_to_a_milestone_waits_until_it_is_reached(
    path: Path,
) -> None:
    late = """
- {event: event-corrected, target: 3, reason: misread,
   replacement: {effective: milestone m}}
- {event: milestone-determined, effective: 2023-01-01, milestone: m, outcome: occurred}
"""
    ledger = Listed(written(GRANTED + late))
    rebuild(path, ledger)
    for known in range(len(ledger.all)):
        agree(path, ledger, "2024", known, NEG_INF)


def test_a_row_keeps_the_amount_that_was_known_then(path: Path) -> None:
    grant = "{event: PurchaseCommitted, effective: 2020-01-01, id: p, holder: a"
    change = "{event: QuantityChanged, effective: 2020-01-01, provision: p"
    text = f"- {grant}, amount: USD 9m}}\n- {change}, amount: USD 5m}}\n"
    rebuild(path, Listed(written(text)))
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT known_from, amount FROM provisions ORDER BY known_from"
        ).fetchall()
    assert found == [(1, "USD 9m"), (2, "USD 5m")]


def test_what_changes_later_does_not_reach_what_was_written(path: Path) -> None:
    there = written(
        """
- {event: InvestmentMade, effective: 2019, id: p, investor: a, recipient: b,
   amount: USD 7m}
- {event: TermExtended, effective: 2019, provision: p, ends: never}
- {event: TermExtended, effective: 2021-Q3, provision: p, ends: never}
- {event: DisputeOpened, effective: 2020-07, id: d, claimant: a, respondent: b,
   provisions: [p]}
- {event: EventCorrected, target: 2, reason: wrong, replacement: {ends: through 2025}}
"""
    )
    ledger = Listed(there[:-1])
    rebuild(path, ledger)
    ledger.all = Listed(there).all
    catch_up(path, ledger)
    fresh = path.with_name("fresh.db")
    rebuild(fresh, ledger)
    assert rows(path) == rows(fresh)
