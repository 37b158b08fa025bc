"""Export events, and what they lead to, as JSON lines, CSV and a SQLite file."""
