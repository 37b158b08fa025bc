"""Give a ledger away with its proofs, and check what was given.

What writes a bundle stands over a store; what checks one imports neither the store nor
a database, so that it can be handed to somebody who trusts neither.
"""
