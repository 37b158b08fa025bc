"""What happens in synthetic agreements, and how often.

One event in forty is learned late and takes effect among earlier ones; one in a
hundred corrects an earlier event and one in two hundred retracts one. Of a few it is
not known yet when they take effect: they wait for a milestone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from benchmarks import words
from benchmarks.story import Story


def happen(story: Story) -> None:
    """Tell the next event, or none where what is drawn cannot happen now."""
    story.go_on()
    (happening,) = story.random.choices(_HAPPENINGS, _WEIGHTS)
    happening(story)


def _perform(story: Story) -> None:
    held = story.random.choice(story.held)
    story.plain.append(len(story.events) + 1)
    kind = story.random.choice(("paid", "paid", "delivered"))
    amount = words.money(story.random)
    day = story.late(held)
    story.tell("Performed", day, provision=held.id, kind=kind, amount=amount)


def _measure(story: Story) -> None:
    story.plain.append(len(story.events) + 1)
    measure = story.random.choice(words.MEASURES)
    value = words.money(story.random, "USD")
    day = story.late(story.held[0])
    story.tell("MeasureReported", day, measure=measure, value=value)


def _change_amount(story: Story) -> None:
    amount = words.money(story.random)
    story.tell("QuantityChanged", provision=story.one().id, amount=amount)


def _change_later(story: Story) -> None:
    """Agree on another amount from a milestone on that is not reached yet."""
    lasting = [held for held in story.live() if held.lasts]
    waiting = [name for name, stage in story.milestones.items() if stage == "open"]
    if lasting and waiting:
        held = story.random.choice(lasting)
        held.pinned = True
        effective = f"milestone {waiting[0]} determined"
        amount = words.money(story.random)
        story.tell("QuantityChanged", effective, provision=held.id, amount=amount)


def _change_scope(story: Story) -> None:
    box = {"territory": [story.random.choice(words.TERRITORIES)]}
    held = story.one()
    # What has no scope covers everything, and cannot cover more.
    if not held.scoped or story.random.random() < words.HALF:
        story.tell("ScopeNarrowed", provision=held.id, exclude=box)
    else:
        story.tell("ScopeWidened", provision=held.id, include=box)


def _change_condition(story: Story) -> None:
    condition = f"while the {story.subject} committee agrees"
    story.tell("ConditionChanged", provision=story.one().id, condition=condition)


def _reaffirm(story: Story) -> None:
    story.tell("ProvisionReaffirmed", provisions=[story.one().id])


def _extend(story: Story) -> None:
    held = story.one()
    if held.through:
        held.through += story.random.randint(1, 4)
        held.ends = dt.date(held.through + 1, 1, 1).toordinal()
        ends = f"through {held.through}"
        story.tell("TermExtended", provision=held.id, ends=ends)


def _suspend(story: Story) -> None:
    held = story.one()
    held.suspended = not held.suspended
    event = "ProvisionSuspended" if held.suspended else "ProvisionResumed"
    story.tell(event, provision=held.id)


def _end(story: Story) -> None:
    held = story.one()
    if held.pinned:
        return
    if story.random.random() < words.HALF:
        story.tell("RightRelinquished", provision=held.id, by=held.holder)
    else:
        story.tell("ProvisionEnded", provision=held.id, basis="released")
    held.ends = story.day


def _exercise(story: Story) -> None:
    held = story.one()
    if held.id.startswith("option"):
        choice = story.random.choice(("exercised", "declined"))
        story.tell("OptionExercised", provision=held.id, by=held.holder, choice=choice)
        held.ends = story.day


def _claim(story: Story) -> None:
    for name, stage in story.milestones.items():
        if stage == "open":
            story.milestones[name] = "claimed"
            story.tell("MilestoneClaimed", milestone=name, by=story.parties[0])
            return


def _determine(story: Story) -> None:
    for name, stage in story.milestones.items():
        if stage == "claimed":
            story.milestones[name] = "determined"
            # What changed today had not ended today.
            story.day += 1
            for held in story.held:
                if held.milestone == name:
                    held.ends = min(held.ends, story.day)
            story.tell("MilestoneDetermined", milestone=name, outcome="verified")
            return


def _notice(story: Story) -> None:
    held = story.one()
    if held.renews:
        held.ends = story.day
        by = story.parties[-1]
        story.tell("NoticeGiven", kind="non-renewal", by=by, provision=held.id)


def _stake(story: Story) -> None:
    holder, issuer = story.parties[:2]
    story.tell(
        "StakeReported",
        holder=holder,
        issuer=issuer,
        share=f"{story.random.randint(1, 49)} %",
        basis="issued shares",
        value=words.money(story.random),
    )


def _rename(story: Story) -> None:
    party = story.random.choice(story.parties)
    name = f"{story.names[party]} Group {story.day}"
    story.tell("PartyRestructured", party=party, change="renamed", name=name)


def _dispute(story: Story) -> None:
    if story.dispute is not None:
        outcome = "dismissed, each side bears its costs"
        story.tell("DisputeDecided", dispute=story.dispute, outcome=outcome)
        story.dispute = None
        return
    story.dispute = f"dispute-{len(story.events)}"
    claimant, respondent = story.parties[:2]
    story.tell(
        "DisputeOpened",
        id=story.dispute,
        claimant=claimant,
        respondent=respondent,
        provisions=[story.one().id],
    )


def _correct(story: Story) -> None:
    if story.plain:
        target = story.random.choice(story.plain)
        replacement = {"note": "read again"}
        story.tell(
            "EventCorrected",
            "",
            target=target,
            replacement=replacement,
            reason="misread",
        )


def _retract(story: Story) -> None:
    if story.plain:
        target = story.plain.pop(story.random.randrange(len(story.plain)))
        story.tell("EventRetracted", "", target=target, reason="recorded twice")


_WEIGHED: dict[Callable[[Story], None], float] = {
    _perform: 28,
    _measure: 14,
    _change_amount: 9,
    _extend: 9,
    Story.grant: 9,
    _change_scope: 7,
    _stake: 4,
    _suspend: 3,
    _end: 3,
    _correct: 2,
    _claim: 3,
    _determine: 2,
    _notice: 2,
    _reaffirm: 2,
    _change_condition: 1,
    _rename: 1,
    _dispute: 1,
    _exercise: 1,
    _change_later: 1,
    _retract: 0.8,
}
_HAPPENINGS = tuple(_WEIGHED)
_WEIGHTS = tuple(_WEIGHED.values())
