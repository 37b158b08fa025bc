"""The transparency log: trees, notes, checkpoints, proofs, keys and witnesses.

Every format here is a public one, so that a stranger's tool can check what we wrote.
Nothing in this package opens a ledger: it takes bytes and gives bytes, and an offline
verifier imports it alone.
"""
