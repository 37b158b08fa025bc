"""``whereas may``: whether a party may do something, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import completing, options
from cli.answer import Answer, Column, Table
from cli.asking_all import Asked, ask_all
from cli.flagged import flagged
from cli.output import put
from cli.phrases import not_applied, numbers
from cli.session import session_of
from cli.unnamed import note_unnamed

if TYPE_CHECKING:
    from projections.questions.may import MayAnswer, Part
    from projections.questions.reasons import Reason

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "a product that is no API, on another cloud",
        "whereas may openai cloud/hosting --scope product=non-api --with third-party",
    ),
    (
        "the same question if a milestone were reached before",
        (
            "whereas may openai cloud/hosting --scope product=api --with third-party"
            " --on 2028-01-01 --suppose agi-verified=2027-05-01"
        ),
    ),
)
COLUMNS = (
    *(Column(name) for name in ("answer", "part", "agreement", "provision", "does")),
    *(Column(name) for name in ("status", "waits_for", "words", "events")),
)
SHOWN = (
    Column("provision", whole=True, style="bold"),
    Column("does"),
    Column("status", narrow=True),
    Column("hangs_on"),
    Column("by", narrow=True),
)
_DOES = {
    "permits": "permits it",
    "bars": "bars it",
    "must-offer-first": "must be offered first",
    "carved-out": "carves it out",
}


def run(
    context: typer.Context,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Who asks.")],
    activity: Annotated[
        str,
        typer.Argument(metavar="ACTIVITY", help="What: a tag such as cloud/hosting."),
    ],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="AXIS=TAG",
            help="About what, on an axis of scopes: asset, product, channel,"
            " territory, customer. May be repeated.",
        ),
    ] = None,
    counterparty: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PARTY",
            help="With or for whom: a party, third-party for anybody else, or PARTY"
            " itself for what it does alone. May be repeated.",
        ),
    ] = None,
    agreement: Annotated[
        str | None,
        typer.Option(
            "--agreement",
            metavar="AGREEMENT",
            help="Ask this agreement alone.  [default: all]",
            autocompletion=completing.agreements,
        ),
    ] = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 unless it is permitted.")
    ] = False,
) -> None:
    """Ask whether a party may do something.

    Permitted, not permitted, contingent on what is named, or silent: no provision
    speaks of it. Conflicts are shown and never resolved.
    """
    from projections.questions.may import may_answer
    from projections.questions.question import read_question

    session = session_of(context)
    question = read_question(
        party, activity, scope=scope or (), counterparty=counterparty or ()
    )
    with session.reading() as ledger:
        asked = ask_all(
            session,
            ledger,
            agreement,
            on=on,
            known=known,
            horizon=horizon,
            suppose=suppose,
        )
    may = may_answer(
        asked.timelines,
        question,
        asked.on,
        known=asked.known,
        supposals=asked.supposals,
    )
    put(answer(may, asked), session)
    note_unnamed(may.unnamed)
    if exit_code and may.verdict != "permitted":
        raise typer.Exit(1)


def answer(may: MayAnswer, asked: Asked) -> Answer:
    """Show what a party may do, with what decides."""
    verdict = may.verdict.replace("-", " ")
    several = _several(may)
    return Answer(
        document=may,
        items=[may],
        title=f"{may.party}, {_question(may)}: {verdict} {asked.clocks}",
        table=Table(COLUMNS, list(_rows(may))),
        shown=Table(SHOWN, [_shown(reason, several) for reason in may.because]),
        more=tuple(_more(may, several)),
        remarks=tuple(_remarks(may, several)),
        hints=tuple(_hints(may)),
    )


def _several(may: MayAnswer) -> bool:
    """Tell whether the answer draws on several agreements, which share their ids."""
    reasons = (*_reasons(may), *may.former)
    names = {reason.agreement for reason in reasons}
    return len(names | {str(stands["agreement"]) for stands in may.aside}) > 1


def _reasons(may: MayAnswer) -> Iterator[Reason]:
    """Yield the reasons of the answer, then those of the parts that have another."""
    yield from may.because
    for part in may.unless:
        yield from part.because


def _name(agreement: str, provision: str, several: bool) -> str:
    """Name a provision, with its agreement where there are several."""
    return f"{agreement} {provision}" if several else provision


def _question(may: MayAnswer) -> str:
    """Write the question in words."""
    words = []
    for axis, tags in may.scope.items():
        told = " or ".join(tags)
        if axis == "counterparty":
            words.append("alone" if tags == [may.party] else f"with {told}")
        else:
            words.append(told if axis == "activity" else f"{axis} {told}")
    return ", ".join(sorted(words, key=lambda word: word not in may.scope["activity"]))


def _rows(may: MayAnswer) -> Iterator[tuple[str, ...]]:
    """Write a row a reason, for a program; a part without reasons has a row too."""
    answers: list[tuple[MayAnswer | Part, str]] = [(may, "")]
    answers += [(part, part.scope_text) for part in may.unless]
    for whole, part in answers:
        start = (whole.verdict, part)
        if not whole.because:
            yield (*start, *[""] * 7)
        for reason in whole.because:
            yield (
                *start,
                *(reason.agreement, reason.provision, reason.effect, reason.status),
                "; ".join(reason.waits_for),
                "; ".join(reason.words),
                numbers(reason.events),
            )


def _shown(reason: Reason, several: bool) -> tuple[str, ...]:
    """Write a reason for a reader."""
    return (
        _name(reason.agreement, reason.provision, several),
        _DOES[reason.effect],
        reason.status.replace("-", " "),
        "; ".join((*reason.waits_for, *reason.words)),
        numbers(reason.events),
    )


def _more(may: MayAnswer, several: bool) -> Iterator[Table]:
    """Show the parts that have another answer, and what does not count."""
    columns = tuple(map(Column, ("part", "answer", "because")))
    rows = [
        (
            part.scope_text,
            part.verdict.replace("-", " "),
            "; ".join(_because(reason, several) for reason in part.because),
        )
        for part in may.unless
    ]
    yield Table(columns, rows, title="Unless")
    yield Table(
        tuple(map(Column, ("provision", "status", "days"))),
        [_former(reason, several) for reason in may.former],
        title="Does not count",
    )


def _because(reason: Reason, several: bool) -> str:
    """Write a reason of a part."""
    hangs = "; ".join((*reason.waits_for, *reason.words))
    name = _name(reason.agreement, reason.provision, several)
    words = f"{name} {_DOES[reason.effect]}"
    return f"{words} ({hangs})" if hangs else words


def _former(reason: Reason, several: bool) -> tuple[str, str, str]:
    """Write a provision that speaks of the question and does not count."""
    status = reason.status.replace("-", " ")
    name = _name(reason.agreement, reason.provision, several)
    if reason.effect == "carved-out":
        return (name, _DOES[reason.effect], "")
    first, last = reason.starts_between[0], reason.ends_between[1]
    return (name, f"{status}, {_DOES[reason.effect]}", _span(first, last))


def _span(first: str | None, last: str | None) -> str:
    """Write from when to when."""
    return f"{first or ''} … {last or ''}".strip()


def _remarks(may: MayAnswer, several: bool) -> Iterator[str]:
    """Say what a reader should know beside the table."""
    for clash in may.conflicts:
        permits, bars = (
            _name(reason.agreement, reason.provision, several)
            for reason in (clash.permits, clash.bars)
        )
        yield (
            f"Conflict: {permits} permits what {bars} bars."
            " Which prevails, the ledger does not say."
        )
    if may.verdict == "silent":
        yield "No provision that holds on the day speaks of it."
    if may.depends_on:
        yield f"The answer depends on: {', '.join(may.depends_on)}."
    for one in may.followed:
        yield (
            f"{one.successor} comes after {one.party} ({one.change}, @{one.event}): "
            f"what {one.party} held is {one.successor}'s."
        )
    yield from flagged(
        (_name(reason.agreement, reason.provision, several), reason.flags)
        for reason in _reasons(may)
    )
    yield from not_applied(may.skipped, several=len(may.agreements) > 1)
    for stands in may.aside:
        about = stands["scope_text"] or stands["text"] or stands["over"] or "anything"
        name = _name(str(stands["agreement"]), str(stands["provision"]), several)
        if stands["level"] is None:
            yield f"{name} stands aside: it is about {about}."
        else:
            yield f"{name} bars nobody: it is {stands['level']}, about {about}."


def _hints(may: MayAnswer) -> Sequence[str]:
    """Offer to look at what decides."""
    if not may.because:
        return ()
    first = may.because[0]
    return (f"whereas why {first.agreement} {first.provision} --on {may.on}",)
