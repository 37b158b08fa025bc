"""The tables of a ledger file, and what guards them.

One row an event, in the order of positions. The bytes that are hashed are in ``event``;
the columns before them repeat members of the bytes, for searches only, and a check of
the ledger compares them. Values that may be erased are kept beside the bytes.

The triggers stop an accident and a careless hand. Whoever owns the file can drop them;
what finds that is the Merkle tree and a checkpoint kept elsewhere.
"""

from __future__ import annotations

from ledger.store import ROW

# "whrs" in ASCII: tools such as file(1) tell a ledger by it.
APPLICATION_ID = 0x77687273
FORMAT_VERSION = 1
# STRICT tables came with 3.37, JSON functions in every build with 3.38.
OLDEST_SQLITE = (3, 38, 0)

# Whatever may change when values are erased. All else stays as it was.
_ERASABLE = frozenset({"erased", "salts", "disclosed"})
_KEPT = " AND ".join(f"NEW.{n} IS OLD.{n}" for n in ROW if n not in _ERASABLE)

TABLES = (
    """
CREATE TABLE events (
  position INTEGER PRIMARY KEY CHECK (position >= 0),
  agreement TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  key TEXT,
  batch TEXT,
  recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
  effective_from TEXT,
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  erased TEXT,
  salts BLOB NOT NULL CHECK (length(salts) % 16 = 0),
  disclosed BLOB NOT NULL,
  event BLOB NOT NULL
) STRICT
""",
    "CREATE UNIQUE INDEX events_seq ON events (agreement, seq)",
    "CREATE UNIQUE INDEX events_id ON events (id)",
    """
CREATE UNIQUE INDEX events_key ON events (agreement, key) WHERE key IS NOT NULL
""",
    """
CREATE TABLE tiles (
  level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
  start INTEGER NOT NULL CHECK (start >= 0),
  hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192),
  PRIMARY KEY (level, start)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  edge BLOB NOT NULL CHECK (length(edge) % 32 = 0),
  recorded_at TEXT NOT NULL
) STRICT
""",
)

# INSERT OR REPLACE deletes without firing delete triggers; the guards on insertion
# leave it nothing to replace.
TRIGGERS = (
    """
CREATE TRIGGER events_follow BEFORE INSERT ON events
WHEN NEW.position IS NOT (SELECT coalesce(max(position), -1) + 1 FROM events)
  OR NEW.seq IS NOT (
    SELECT coalesce(max(seq), 0) + 1 FROM events WHERE agreement = NEW.agreement
  )
  OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
  OR NEW.key IS NOT NULL AND EXISTS (
    SELECT 1 FROM events WHERE agreement = NEW.agreement AND key = NEW.key
  )
BEGIN SELECT raise(ABORT, 'an event is only added behind the last one'); END
""",
    """
CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'an event is never deleted'); END
""",
    f"""
CREATE TRIGGER events_keep BEFORE UPDATE ON events
WHEN NOT ({_KEPT})
  OR NEW.erased IS NULL OR NOT json_valid(NEW.erased)
  OR length(NEW.salts) IS NOT 16 * (
    SELECT count(*) FROM json_each(CAST(NEW.disclosed AS TEXT))
  )
  OR EXISTS (
    SELECT 1 FROM json_each(NEW.erased) AS gone
    WHERE NOT EXISTS (
      SELECT 1 FROM events AS said,
        json_each(CAST(said.event AS TEXT), '$.data.fields') AS field
      WHERE said.agreement = OLD.agreement AND said.seq > OLD.seq
        AND said.type = 'values-erased'
        AND json_extract(CAST(said.event AS TEXT), '$.data.target') = OLD.seq
        AND field.value = gone.value
    )
  )
  OR EXISTS (
    SELECT 1 FROM json_each(CAST(OLD.disclosed AS TEXT)) AS was
    WHERE (
      SELECT count(*) FROM json_each(CAST(NEW.disclosed AS TEXT)) AS stays
      WHERE stays.key = was.key AND stays.value IS was.value
    ) + (
      SELECT count(*) FROM json_each(NEW.erased) AS gone WHERE gone.value = was.key
    ) IS NOT 1
  )
  OR EXISTS (
    SELECT 1 FROM json_each(CAST(NEW.disclosed AS TEXT)) AS stays
    WHERE NOT EXISTS (
      SELECT 1 FROM json_each(CAST(OLD.disclosed AS TEXT)) AS was
      WHERE was.key = stays.key
    )
  )
  OR EXISTS (
    SELECT 1 FROM json_each(OLD.erased) AS was
    WHERE NOT EXISTS (
      SELECT 1 FROM json_each(NEW.erased) AS gone WHERE gone.value = was.value
    )
  )
BEGIN SELECT raise(ABORT, 'an event is never changed'); END
""",  # noqa: S608  # constants only
    """
CREATE TRIGGER tiles_follow BEFORE INSERT ON tiles
WHEN NEW.start IS NOT coalesce(
  (SELECT start + length(hashes) / 32 FROM tiles
   WHERE level = NEW.level ORDER BY start DESC LIMIT 1), 0)
BEGIN SELECT raise(ABORT, 'a hash is only added behind the last one'); END
""",
    """
CREATE TRIGGER tiles_stay BEFORE DELETE ON tiles
BEGIN SELECT raise(ABORT, 'a hash is never deleted'); END
""",
    """
CREATE TRIGGER tiles_keep BEFORE UPDATE ON tiles
BEGIN SELECT raise(ABORT, 'a hash is never changed'); END
""",
    """
CREATE TRIGGER head_once BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
BEGIN SELECT raise(ABORT, 'there is one head'); END
""",
    """
CREATE TRIGGER head_stays BEFORE DELETE ON head
BEGIN SELECT raise(ABORT, 'the head is never deleted'); END
""",
    """
CREATE TRIGGER head_grows BEFORE UPDATE ON head WHEN NEW.size <= OLD.size
BEGIN SELECT raise(ABORT, 'the tree only grows'); END
""",
)


def words_of(statement: str) -> str:
    """Write a statement on one line, to compare it with what SQLite keeps of it."""
    return " ".join(statement.split())
