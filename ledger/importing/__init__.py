"""Import files: YAML, JSON lines and CSV as batches of drafts, each with its place."""
