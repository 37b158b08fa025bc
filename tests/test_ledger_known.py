"""Up to which event is asked: numbers, positions, dates and instants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.errors import InputError, NotFound, WhereasError
from ledger.clock import SECOND_US, instant_text, instant_us, uuid7
from ledger.ledger import Ledger
from tests.ledgers import A, B, create, invested, noise, opened

DAY_US = 86_400 * SECOND_US
# 2027-01-15T08:00:00Z is the first; one event every 12 hours.
FIRST_US = 1_800_000_000 * SECOND_US


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Events of A at pos 0, 1, 3 and 5, of B at 2 and 4, twelve hours apart."""
    told = [FIRST_US]
    path = tmp_path_factory.mktemp("known") / "l.db"
    with create(path, clock=lambda: told[-1]) as made:
        drafts = [
            *(opened(A), invested(1, A), opened(B)),
            *(invested(2, A), invested(1, B), invested(3, A)),
        ]
        for draft in drafts:
            made.append([draft], recorded_by="ann")
            told.append(told[-1] + DAY_US // 2)
        yield made


# The text, the agreement, then the position and number it leads to.
FOUND = [
    (None, None, 5, None),
    ("now", A, 5, 4),
    (None, B, 5, 2),
    ("@1", A, 0, 1),
    ("@3", A, 3, 3),
    ("@2", B, 4, 2),
    ("pos:0", None, 0, None),
    ("pos:3", B, 3, 1),
    ("pos:5", A, 5, 4),
    ("2027-01-15", None, 1, None),
    ("2027-01-15", A, 1, 2),
    ("2027-01-16", B, 3, 1),
    ("2027-01", A, 5, 4),
    ("2027-Q1", A, 5, 4),
    ("2027", None, 5, None),
    ("2030-01-01", A, 5, 4),
    ("2027-01-15T08:00:00Z", None, 0, None),
    ("2027-01-15T19:59:59.999999Z", None, 0, None),
    ("2027-01-15T20:00:00Z", None, 1, None),
    ("2027-01-15T21:30:00+01:00", None, 1, None),
    ("2027-01-15T20:59:59+01:00", None, 0, None),
    ("2027-01-15 20:00Z", None, 1, None),
]


@pytest.mark.parametrize(("text", "agreement", "position", "seq"), FOUND)
def test_a_point_leads_to_the_last_event_known_by_then(
    ledger: Ledger,
    text: str | None,
    agreement: str | None,
    position: int,
    seq: int | None,
) -> None:
    known = ledger.known(text, agreement)
    assert (known.position, known.seq) == (position, seq)
    assert known.recorded_at == ledger.store.recorded_at(position)
    assert known.at >= known.recorded_at


REFUSED: list[tuple[str, str | None, type[WhereasError], str, str | None]] = [
    ("@5", A, NotFound, "alpha-beta has no event @5", "its last one is @4"),
    ("@0", A, NotFound, "alpha-beta has no event @0", "its last one is @4"),
    ("@1", None, InputError, "@1 is an event of an agreement", "write pos:N"),
    ("pos:6", None, NotFound, "there is no pos:6", "the last one is pos:5"),
    ("pos:1", B, NotFound, "nothing was recorded of beta-gamma", "2027-01-16T08:00:00"),
    ("2027-01-15", B, NotFound, "nothing was recorded of beta", "2027-01-16T08:00:00"),
    (
        "2027-01-14",
        None,
        NotFound,
        "nothing was recorded by 2027",
        "2027-01-15T08:00:00",
    ),
    (
        "2027-01-15T07:00Z",
        A,
        NotFound,
        "nothing was recorded by",
        "2027-01-15T08:00:00",
    ),
    ("2027-01-15T08:00", A, InputError, "which time zone", "2027-01-15T08:00Z"),
    ("2027-01-15T25:00Z", A, InputError, "is not an instant", "write 2025-10-28"),
    ("0001-01-01T00:00+23:00", A, InputError, "is not an instant", None),
    ("#3", A, InputError, "#3", None),
    ("yesterday", None, InputError, "yesterday", None),
    ("@x", A, InputError, "@x", None),
    ("pos:-1", None, InputError, "pos:-1", None),
    ("28.10.2025", None, InputError, "28.10.2025", "2025-10-28"),
    ("", None, InputError, "", None),
]


@pytest.mark.parametrize(("text", "agreement", "kind", "words", "hint"), REFUSED)
def test_what_is_no_point_is_refused_with_a_way_on(
    ledger: Ledger,
    text: str,
    agreement: str | None,
    kind: type[WhereasError],
    words: str,
    hint: str | None,
) -> None:
    with pytest.raises(kind) as caught:
        ledger.known(text, agreement)
    assert words in str(caught.value)
    assert (hint or "") in (caught.value.hint or "")


def test_what_lies_ahead_is_known_as_it_is_now(ledger: Ledger) -> None:
    for agreement in (A, B, None):
        now = ledger.known(None, agreement)
        for ahead in ("2030-01-01", "9999", "2027-02-01T00:00Z"):
            assert ledger.known(ahead, agreement) == now._replace(ahead=True)
    assert not ledger.known("2027-01-15").ahead


def test_a_clock_that_was_set_back_makes_nothing_unknown(tmp_path: Path) -> None:
    told = [FIRST_US]
    with create(tmp_path / "l.db", clock=lambda: told[-1]) as ledger:
        ledger.append([opened(), invested(1)], recorded_by="ann")
        told.append(FIRST_US - 2 * DAY_US)
        recorded = ledger.store.recorded_at(1)
        assert ledger.known() == (1, None, recorded, recorded, False)
        assert ledger.known("2030") == (1, None, recorded, recorded, True)


def test_an_empty_ledger_knows_nothing_now_and_refuses_a_past(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        assert ledger.known()[:3] == (-1, None, "")
        with pytest.raises(NotFound) as caught:
            ledger.known("pos:0")
        assert caught.value.hint == "the ledger is empty"


def test_what_was_known_does_not_change_when_more_is_recorded(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        ledger.append([opened(), invested(1)], recorded_by="ann")
        known = ledger.known(None, A)
        before = ledger.entries(A, known=known.position)
        ledger.append([invested(2)], recorded_by="ann")
        assert ledger.known(known.at, A)[:3] == known[:3]
        assert ledger.entries(A, known=known.position) == before
        assert ledger.timeline(A, known.position).record.known.keys() == {1, 2}
        assert ledger.timeline(A).record.known.keys() == {1, 2, 3}


def test_an_instant_is_the_same_in_words_and_in_microseconds() -> None:
    for us in (0, 1, FIRST_US, FIRST_US + 999_999):
        assert instant_us(instant_text(us)) == us
    assert instant_text(FIRST_US + 7) == "2027-01-15T08:00:00.000007Z"


def test_an_event_id_sorts_by_its_millisecond() -> None:
    random = noise()
    ids = [uuid7(FIRST_US + n * 1_000, random) for n in range(50)]
    assert sorted(ids) == ids
    assert ids[0].startswith(f"{FIRST_US // 1_000:012x}"[:8])
    assert {made[14] for made in ids} == {"7"}
    assert {made[19] for made in ids} <= set("89ab")
