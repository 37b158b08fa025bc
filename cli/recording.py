"""Record events for a command, or show what would follow, and give receipts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cli.counts import count_of, number
from cli.output import aside, put
from cli.proving import STDOUT, Proving
from cli.receipts import answer
from cli.session import Session
from cli.streams import Unwritten
from events.errors import InputError, Integrity, WhereasError

if TYPE_CHECKING:
    from events.entry import Draft, Entry
    from ledger.importing.pages import Place
    from ledger.ledger import Ledger
    from ledger.receipts import Receipt

# A field as a file has it, in a hint.
_FIELD = re.compile(r'\b([a-z_]+): (?=")')


def record(
    session: Session,
    drafts: Sequence[Draft],
    *,
    recorded_by: str | None,
    expect: str | None = None,
    dry_run: bool = False,
    proving: Proving | None = None,
    places: Sequence[Place] = (),
) -> None:
    """Record events together, all or none, and print their receipts.

    Args:
        session: the run.
        drafts: the events.
        recorded_by: who records, as the settings say where it is None.
        expect: how many events the agreement is to have, in words.
        dry_run: print instead what would change in the state.
        proving: the proof that is wanted of the one event.
        places: where each event was read, if that was a file or stdin.

    Raises:
        WhereasError: what the ledger refuses, with the place of the event.
    """
    if recorded_by is not None:
        session.flags["recorded_by"] = recorded_by
    by, expected = session.settings.recorded_by, None
    if expect is not None:
        hint = "history shows the number of the last event"
        expected = count_of(expect.removeprefix("@"), "--expect", "events", hint)
    with session.writing(dry_run=dry_run) as ledger:
        if proving is not None:
            proving.check(ledger, drafts)
        try:
            receipts = ledger.append(
                drafts, recorded_by=by, expected=expected, dry_run=dry_run
            )
        except WhereasError as error:
            if places:
                from ledger.importing.recording import refuse_at

                refuse_at(error, drafts, places)
            raise
        if dry_run:
            from cli.rehearsal import rehearsed

            put(rehearsed(ledger, drafts, receipts, session), session)
        else:
            session.recorded = True
            types = [draft.event.TYPE for draft in drafts]
            give(session, ledger, receipts, types, proving)
        from cli.notes import notes_on

        aside(*(f"note: {note}" for note in notes_on(ledger, drafts, receipts)))


def give(
    session: Session,
    ledger: Ledger,
    receipts: Sequence[Receipt],
    types: Sequence[str],
    proving: Proving | None,
) -> None:
    """Print receipts, whatever becomes of the proof, and then what went wrong with it.

    Where the ledger is dated ahead of the clock, that is told as well.

    Args:
        session: the run.
        ledger: where the events are.
        receipts: one an event.
        types: the types of the events, in the same order.
        proving: the proof that is wanted of the first of them.

    Raises:
        Unwritten: what was just recorded could not be proven.
        WhereasError: what was there already could not be, or the ledger is damaged.
    """
    if proving is None:
        put(answer(receipts, types), session)
    else:
        _give_proven(session, ledger, receipts, types, proving)
    if not receipts[-1].replayed:
        from cli.clocks import ahead

        aside(*ahead(receipts[-1].recorded_at, session.read_us))


def _give_proven(
    session: Session,
    ledger: Ledger,
    receipts: Sequence[Receipt],
    types: Sequence[str],
    proving: Proving,
) -> None:
    """Print receipts, and the proof of the first of them or keep it."""
    first = receipts[0]
    with _unproven(first):
        try:
            proof = proving.make(ledger, first)
        except BaseException:
            put(answer(receipts, types), session)
            raise
        told = answer(receipts, types, proof)
        if proving.place == STDOUT and session.format is None:
            aside(told.title)
        else:
            put(told, session)
        proving.keep(proof, first)


@contextmanager
def _unproven(receipt: Receipt) -> Iterator[None]:
    """Say that an event is recorded whose proof cannot be made or kept.

    The status of a refusal would say that it is not.
    """
    try:
        yield
    except (Integrity, Unwritten):
        raise
    except WhereasError as error:
        if receipt.replayed:
            raise
        event = f"{receipt.agreement} @{receipt.seq}"
        raise Unwritten(
            f"the proof of {event} is missing: {error}",
            hint="do not record it again, but sign the head and prove it: whereas"
            f" checkpoint --key-file FILE, and then: whereas proof {event}",
            **error.facts,
        ) from error


def entry_named(ledger: Ledger, agreement: str, words: str) -> Entry:
    """Find the event that ``@N`` names.

    Raises:
        InputError: it is not of that form.
        NotFound: there is no such agreement, or no such event in it.
    """
    from events.errors import NotFound
    from ledger.rows import entry_of
    from ledger.streams import unknown

    seq = number(words.removeprefix("@"))
    if seq is None:
        raise InputError(
            f"an event is named @N, not {words}",
            hint=f"whereas history {agreement} shows the numbers",
        )
    row = ledger.store.row(agreement, seq)
    if row is not None:
        return entry_of(row)
    tail = ledger.store.tail(agreement)
    if tail is None:
        raise unknown(ledger.store, agreement)
    raise NotFound(
        f"{agreement} has no event @{seq}",
        hint=f"its last one is @{tail.seq}: whereas history {agreement}",
    )


def read(session: Session, mapping: dict[str, Any], agreement: str) -> Draft:
    """Read an event from options; an error names the option and not the field.

    Args:
        session: the run, for today's date and the names of parties.
        mapping: the fields.
        agreement: whose event it becomes.

    Raises:
        InputError: it cannot be read.
    """
    from events.reader import read_draft

    # A file means the same on another day; a command line is typed on one.
    for fields in (mapping, mapping.get("replacement")):
        if isinstance(fields, dict) and fields.get("effective") == "today":
            fields["effective"] = session.today.text
    try:
        return read_draft(mapping, agreement=agreement)
    except InputError as error:
        told = _of_option(error, mapping)
        word = error.text("word")
        if word is not None and error.text("wanted") == "id":
            from cli.called import party_called

            told.hint = party_called(session, word, agreement) or told.hint
        raise told from error


def _of_option(error: InputError, mapping: dict[str, Any]) -> InputError:
    """Name the option in which something is wrong, and what it may be."""
    from cli.fields import form, option
    from events.fields import fields_by_key
    from events.reader import type_named

    # What a correction replaces is a field of its target, whose options are those.
    name = (error.field or "").removeprefix("replacement.")
    if name != (error.field or ""):
        return InputError(str(error), hint=error.hint, **{**error.facts, "field": name})
    key = name.replace("[", ".").partition(".")[0]
    known = fields_by_key(type_named(mapping["event"]))
    if key in known:
        flag = f"--{option(known[key])}"
        values = form(known[key])
    elif key == "sources":
        flag, values = "--source", "ID"
    elif key in {"effective", "instrument", "key"}:
        flag, values = f"--{key}", {"effective": "DATE"}.get(key, "ID")
    else:
        return error
    message = str(error)
    place: str | None = flag
    if message.endswith(f" needs {name}"):
        message, place = f"{message.removesuffix(name)}{flag}", None
    elif message.startswith(f"{name} "):
        message, place = f"{flag}{message.removeprefix(name)}", None
    word = mapping.get(key)
    facts = {**error.facts}
    if isinstance(word, str):
        facts.setdefault("word", word)
    return InputError(
        message, hint=_hint(error, flag, values), **{**facts, "field": place}
    )


def _hint(error: InputError, flag: str, values: str) -> str:
    """Say what to write, as options are written."""
    if error.hint is not None:
        return _FIELD.sub(lambda found: f"--{found[1].replace('_', '-')} ", error.hint)
    topic = {"WHEN": "when", "DATE": "dates"}.get(values, "values")
    if error.excerpt is not None:
        return f"whereas help {topic} tells how it is written"
    return f"give {flag} {values}"
