"""The ledger of what whereas promises, one promise a test."""
