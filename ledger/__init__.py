"""What is kept: the append-only log, its rules, its import and its proofs."""
