"""Which product answers which question at all."""

from __future__ import annotations

# "yes" is what a product does itself; "by hand" is what was written for it here or
# would have to be; "no" is what it has no means for.
PRODUCTS = (
    *("whereas", "PostgreSQL", "eventsourcing", "Continuum", "doltlite"),
    *("macrame", "minigraf", "git + YAML"),
)

QUESTIONS: dict[str, tuple[str, ...]] = {
    "What held on a day?": (
        *("yes", "by hand", "by hand", "by hand", "by hand"),
        *("yes", "yes", "by hand"),
    ),
    "What was known at a moment?": (
        *("yes", "by hand", "yes", "yes", "yes"),
        *("yes", "yes", "yes"),
    ),
    "What held on a day, as known at a moment?": (
        *("yes", "by hand", "by hand", "no: one time", "by hand"),
        *("yes", "yes", "by hand"),
    ),
    "Every event of an agreement": (
        *("yes", "by hand", "yes", "by hand", "by hand"),
        *("by hand", "by hand", "yes"),
    ),
    "Who holds exclusivity, what lapses: all agreements": (
        *("yes", "by hand", "no: replays all", "by hand", "by hand"),
        *("by hand", "by hand", "no: reads all"),
    ),
    "May hold: the end hangs on what is not known yet": (
        *("yes", "no", "no", "no", "no"),
        *("no", "no", "no"),
    ),
    "What would follow if something were so?": (
        *("yes", "rolled back", "unsaved", "rolled back", "in a branch"),
        *("in a branch", "no", "in a branch"),
    ),
    "Refuses what contradicts the record": (
        *("yes", "by hand", "by hand", "by hand", "by hand"),
        *("overlaps", "no", "no"),
    ),
    "Has the past been rewritten?": (
        *("yes", "no", "no", "no", "by commit id"),
        *("no", "no", "by commit id"),
    ),
    "Proof of one event, without the rest": (
        *("yes", "no", "no", "no", "no"),
        *("no", "no", "no"),
    ),
    "Words erased, all else still proven": (
        *("yes", "no", "no", "no", "no"),
        *("no", "no", "no"),
    ),
    "An export that is checked without the store": (
        *("yes", "no", "no", "no", "no"),
        *("no", "no", "yes"),
    ),
}
