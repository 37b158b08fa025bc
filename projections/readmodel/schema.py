"""The tables of a read model, and what says which version of them a file has.

Days are ordinals (1 is 0001-01-01), which compare as whole numbers; views show them as
dates. An index file is disposable: one of another schema or another fold is made anew.
"""

from __future__ import annotations

SCHEMA_VERSION = 7

RANGES = {"on_from": int, "on_to": int, "known_from": int, "known_to": int}
_RANK = {
    "rank_day": int,
    "rank_signed": int,
    "rank_position": int,
    "rank_nth": int,
}
_HEAD = {"id": int, "agreement": str, "name": str, **RANGES, **_RANK, "body": str}
_DAYS = {
    "starts_lo": int,
    "starts_hi": int,
    "ends_lo": int,
    "ends_hi": int,
    "paused_from": int,
    "paused_to": int,
    "hangs": int,
    "drifts": int,
}

PROVISIONS = {
    **_HEAD,
    **_DAYS,
    **dict.fromkeys(("kind", "level", "starts", "ends", "amount"), str),
    # The tags of the scope, as tag_text writes them.
    "scope": str,
}
PARTS = {**_HEAD, "kind": str}
STAKES = {**_HEAD, "holder": str, "issuer": str, "share": str, "basis": str}
MEASURES = {**_HEAD, "measure": str, "subject": str, "value": str}
PARTIES = {**_HEAD, "title": str}
HOLDERS = {"provision": int, "party": str, "role": str, "known_to": int}
HINGES = {"provision": int, "milestone": str, "known_to": int}
EVENTS = {
    "position": int,
    "agreement": str,
    "seq": int,
    "type": str,
    "effective": str,
    "recorded_at": str,
    "recorded_by": str,
    "words": str,
}
TRACKING = {"one": int, "position": int, "event": str, "schema": int, "fold": int}

TABLES: dict[str, tuple[dict[str, type], str | None]] = {
    "provisions": (PROVISIONS, "id"),
    "parts": (PARTS, "id"),
    "stakes": (STAKES, "id"),
    "measures": (MEASURES, "id"),
    "parties": (PARTIES, "id"),
    "holders": (HOLDERS, None),
    "hinges": (HINGES, None),
    "events": (EVENTS, "position"),
    "tracking": (TRACKING, "one"),
}
_WHEN = ("known_from", "on_from", "on_to")
INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "provisions": (
        ("agreement", "known_to"),
        ("agreement", "name", "known_to", "on_from"),
        ("hangs", "ends_lo", "ends_hi", "known_to"),
        # What a question asks of a row is in its index, so that few rows are read.
        ("hangs", "known_to", "ends_lo", "ends_hi", "drifts", *_WHEN, "ends"),
        ("level", "ends_hi", "known_to", *_WHEN, "scope"),
        ("on_from", "known_to", "known_from", "hangs", "starts_lo", "ends_hi"),
        ("kind", "known_to"),
        ("amount", "known_to"),
    ),
    "parts": (
        ("agreement", "kind", "known_to", "known_from"),
        ("kind", "known_to", "agreement"),
    ),
    "stakes": (("agreement", "known_to"), ("issuer",)),
    "measures": (("agreement", "known_to"),),
    "parties": (("agreement", "known_to"), ("name",)),
    "holders": (("party", "known_to"), ("provision",)),
    "hinges": (("milestone", "known_to"), ("provision",)),
    "events": (("agreement", "seq"),),
}
