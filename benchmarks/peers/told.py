"""What products are told: every event, and what it makes of provisions.

Other products know no agreements. They are handed each event already interpreted:
which provision is how from which day on, and until when. Nothing of this is timed.
Terms are made as plain as dates allow: a provision that ends with a milestone has no
end until the milestone is determined, one that renews itself until notice is given.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from benchmarks.portfolio import Telling
from benchmarks.story import Fields

_NOTICE_DAYS = 92
_THROUGH = re.compile(r"through (\d{4})")
_MILESTONE = re.compile(r"milestone (\S+) determined")
_ENDING = ("RightRelinquished", "ProvisionEnded", "OptionExercised")
_CHANGING = ("QuantityChanged", "ScopeNarrowed", "ScopeWidened", "ConditionChanged")
_PAUSING = {"ProvisionSuspended": "suspended", "ProvisionResumed": "held"}


class Version(NamedTuple):
    """How a provision is from a day on, instead of how it was before.

    Attributes:
        provision: its id.
        kind: of which kind.
        holder: who holds it.
        activity: the activity of which it covers all, "" for none.
        amount: the amount as it is written.
        status: ``held`` or ``suspended``.
        granted: when it was granted.
        start: the day.
        end: the first day on which it is over; not after the start where it ends.
    """

    provision: str
    kind: str
    holder: str
    activity: str
    amount: str
    status: str
    granted: dt.date
    start: dt.date
    end: dt.date | None

    def held(self, day: dt.date) -> bool:
        """Tell whether it is held on a day, as far as this version tells."""
        return self.start <= day and (self.end is None or self.end > day)


class Told(NamedTuple):
    """An event.

    Attributes:
        agreement: of which agreement.
        seq: its number in the agreement.
        event: its type.
        day: when it took effect, where that is known.
        fields: as an import file has them.
        text: the same as JSON.
        versions: what it makes of provisions, seldom more than one.
    """

    agreement: str
    seq: int
    event: str
    day: dt.date | None
    fields: Fields
    text: str
    versions: tuple[Version, ...]


class Teller:
    """Interprets the events of an agreement, in their order."""

    def __init__(self, agreement: str) -> None:
        self._agreement = agreement
        self._seq = 0
        self._now: dict[str, Version] = {}
        self._milestones: dict[str, str] = {}
        self._renewals: dict[str, dt.date] = {}
        self._determined: set[str] = set()

    def tell(self, fields: Fields) -> Told:
        """Interpret the next event."""
        self._seq += 1
        written = str(fields.get("effective", ""))
        day = dt.date.fromisoformat(written) if written[:1].isdigit() else None
        versions = tuple(self._versions(fields, day)) if day else ()
        self._now.update((version.provision, version) for version in versions)
        name, text = fields["event"], json.dumps(fields)
        return Told(self._agreement, self._seq, name, day, fields, text, versions)

    def _versions(self, fields: Fields, day: dt.date) -> Iterator[Version]:
        event = fields["event"]
        if event == "MilestoneDetermined":
            yield from self._determine(fields["milestone"], day)
        elif "id" in fields and ("holder" in fields or "investor" in fields):
            yield self._grant(fields, day)
        elif (now := self._now.get(fields.get("provision", ""))) is not None:
            change = self._change(now, fields, day)
            if change is not None:
                yield change

    def _grant(self, fields: Fields, day: dt.date) -> Version:
        name, ends = fields["id"], fields.get("ends", "")
        end = _through(ends)
        if end is not None and ends.startswith("renews"):
            self._renewals[name], end = end, None
        if (hangs := _MILESTONE.search(ends)) is not None:
            self._milestones[name] = hangs[1]
            if hangs[1] in self._determined:
                end = day
        activities = fields.get("scope", {}).get("activity", [""])
        whole = "territory" not in fields.get("scope", {})
        return Version(
            provision=name,
            kind=name.rpartition("-")[0],
            holder=fields.get("holder") or fields["investor"],
            activity=activities[0] if whole else "",
            amount=fields.get("amount", ""),
            status="held",
            granted=day,
            start=day,
            end=end,
        )

    def _determine(self, milestone: str, day: dt.date) -> Iterator[Version]:
        self._determined.add(milestone)
        for now in self._now.values():
            if self._milestones.get(now.provision) == milestone:
                yield _ended(now, day)

    def _change(self, now: Version, fields: Fields, day: dt.date) -> Version | None:
        """Tell what an event about a provision makes of it, if anything."""
        event = fields["event"]
        if event in _ENDING:
            return _ended(now, day)
        if event == "NoticeGiven":
            return _ended(now, self._renewed(now, day))._replace(start=day)
        if event == "TermExtended":
            return now._replace(start=day, end=_through(fields["ends"]))
        if event in _PAUSING:
            return now._replace(start=day, status=_PAUSING[event])
        if event in _CHANGING:
            activity = "" if event == "ScopeNarrowed" else now.activity
            amount = fields.get("amount", now.amount)
            return now._replace(start=day, activity=activity, amount=amount)
        return None

    def _renewed(self, now: Version, day: dt.date) -> dt.date:
        """Tell when a provision ends of which notice is given."""
        year = (day + dt.timedelta(days=_NOTICE_DAYS)).year + 1
        return max(self._renewals[now.provision], dt.date(year, 1, 1))


def _ended(now: Version, day: dt.date) -> Version:
    """End a provision on a day, if it has not ended before."""
    return now._replace(start=day, end=day if now.end is None else min(now.end, day))


def _through(ends: str) -> dt.date | None:
    """Give the first day after the year through which a term runs."""
    found = _THROUGH.search(ends)
    return dt.date(int(found[1]) + 1, 1, 1) if found else None


def tell(pieces: Iterable[Telling]) -> Iterator[list[Told]]:
    """Interpret batches as they are dealt, of several agreements in turn."""
    tellers: dict[str, Teller] = {}
    for name, events in pieces:
        teller = tellers.setdefault(name, Teller(name))
        yield [teller.tell(fields) for fields in events]
