"""``whereas show``: an agreement as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from cli import options
from cli.answer import Answer, Column, Table
from cli.asking import Question, ask
from cli.flagged import never_began, perhaps_later
from cli.output import put
from cli.phrases import STATUSES, numbers, spans
from cli.session import session_of

if TYPE_CHECKING:
    from projections.questions.answers import StateAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("who is party to it, on what it rests", "whereas show microsoft-openai"),
    ("as it was on a date", "whereas show microsoft-openai --on 2025-01-31"),
)
SCHEMA = "whereas/show/1"
_AFTER = ("successor", "assigned_to", "controller")
PARTIES = tuple(map(Column, ("party", "name", "role", "remark", "set_by")))
_MARKED = "not binding"


def run(
    context: typer.Context,
    agreement: options.Agreement,
    on: options.On = None,
    known: options.Known = None,
) -> None:
    """Show an agreement: parties, instruments, stakes.

    Also how many provisions there are of each status, which milestones they hang on,
    and what is disputed.
    """
    from projections.questions.answers import state_answer

    session = session_of(context)
    with session.reading() as ledger:
        question = ask(session, ledger, agreement, on=on, known=known)
        state = state_answer(question.timeline, question.on, known=question.known)
    put(_answer(state, question), session)


def _answer(state: StateAnswer, question: Question) -> Answer:
    """Show an agreement on a date."""
    instruments = list(_instruments(question))
    law = question.timeline.facts.governing_law
    counts = {
        status: sum(p.status == status for p in state.provisions) for status in STATUSES
    }
    stakes = list(_stakes(state, question))
    document = {
        "schema": SCHEMA,
        "agreement": state.agreement,
        "title": state.title,
        "on": state.on,
        "known": state.known,
        "governing_law": law,
        "part_of": question.timeline.facts.part_of,
        "parties": state.parties,
        "instruments": instruments,
        "stakes": stakes,
        "milestones": state.milestones,
        "disputes": state.disputes,
        "provisions": counts,
        "ended": state.ended,
    }
    return Answer(
        document=document,
        items=state.parties,
        title=f"{state.title or state.agreement}{_ended(state)} {question.clocks}",
        table=Table(PARTIES, [_party(party) for party in state.parties]),
        more=tuple(_more(state, instruments)),
        remarks=(
            *_remarks(state, counts, law),
            *_part_of(question.timeline.facts.part_of),
            *_contradicted(stakes),
        ),
        hints=(f"whereas state {state.agreement} --on {state.on}",),
    )


def _ended(state: StateAnswer) -> str:
    """Say in the title, which a pipe has as well, that an agreement has ended."""
    return "" if state.ended is None else f", ended {state.ended['effective']},"


def _part_of(whole: str | None) -> Iterator[str]:
    """Name the agreement that this one is a part of."""
    if whole is not None:
        yield f"Part of {whole}."


def _party(party: dict[str, Any]) -> tuple[str, ...]:
    """Write a party."""
    remarks = []
    if former := party.get("former_names"):
        remarks.append(f"formerly {', '.join(former)}")
    remarks += [f"{w.replace('_', ' ')} {party[w]}" for w in _AFTER if w in party]
    if party.get("left"):
        remarks.append("left")
    return (
        party["id"],
        party["name"],
        party.get("role", ""),
        "; ".join(remarks),
        numbers(party["set_by"]),
    )


def _instruments(question: Question) -> Iterator[dict[str, Any]]:
    """List the instruments that were signed by the date."""
    from events.frame import InstrumentSigned

    for step in question.timeline.upto(question.on.last):
        event = step.event
        if isinstance(event, InstrumentSigned):
            yield {
                "instrument": event.id,
                "kind": event.kind,
                "title": event.title,
                "binding": event.binding,
                "signed": str(event.signed_on or step.effective),
                "supersedes": event.supersedes,
                "set_by": [step.seq],
            }


def _stakes(state: StateAnswer, question: Question) -> Iterator[dict[str, Any]]:
    """List the stakes, each with the sources that contradict its report."""
    from projections.questions.contradictions import contradicting

    record = question.timeline.record
    counting = {entry.seq: entry for entry in record.entries}
    for stake in state.stakes:
        (seq,) = stake["set_by"]
        yield {**stake, "contradicted": contradicting(counting[seq], record)}


def _contradicted(stakes: list[dict[str, Any]]) -> Iterator[str]:
    """Say which sources contradict the report of a stake."""
    for stake in stakes:
        for source in stake["contradicted"]:
            at = numbers(stake["set_by"])
            yield (
                f"{stake['holder']} in {stake['issuer']}: {source} contradicts {at}."
            )


def _more(state: StateAnswer, instruments: list[dict[str, Any]]) -> Iterator[Table]:
    """Show what an agreement rests on and hangs on."""
    yield Table(
        tuple(
            map(
                Column,
                ("instrument", "kind", "signed", "title", "supersedes", "event"),
            )
        ),
        [
            (
                i["instrument"],
                i["kind"] if i["binding"] else f"{i['kind']}, {_MARKED}",
                i["signed"],
                i["title"] or "",
                i["supersedes"] or "",
                numbers(i["set_by"]),
            )
            for i in instruments
        ],
        title="Instruments",
    )
    yield Table(
        tuple(map(Column, ("holder", "issuer", "share", "basis", "dated"))),
        [
            (s["holder"], s["issuer"], s["share"], s["basis"], s["as_of"])
            for s in state.stakes
        ],
        title="Stakes",
    )
    yield Table(
        tuple(map(Column, ("milestone", "claimed", "determined"))),
        [
            (m["milestone"], spans(m["claimed"]) or "-", _determined(m))
            for m in state.milestones
        ],
        title="Milestones",
    )
    yield Table(
        tuple(map(Column, ("dispute", "claimant", "respondent", "outcome"))),
        [
            (d["id"], d["claimant"], d["respondent"], d["outcome"] or "open")
            for d in state.disputes
        ],
        title="Disputes",
    )


def _determined(milestone: dict[str, Any]) -> str:
    """Write when a milestone was determined, or that it never will be."""
    if milestone["lapsed"] is not None and not milestone["determined"]:
        return f"lapsed {spans([milestone['lapsed']])}"
    return spans(milestone["determined"]) or "-"


def _remarks(
    state: StateAnswer, counts: dict[str, int], law: str | None
) -> Iterator[str]:
    """Count the provisions, and say how the agreement stands."""
    told = [f"{n} {status.replace('-', ' ')}" for status, n in counts.items() if n]
    yield f"Provisions: {', '.join(told) or 'none'}."
    yield from never_began(state.provisions)
    yield from perhaps_later(state)
    if law:
        yield f"Governing law: {law}."
