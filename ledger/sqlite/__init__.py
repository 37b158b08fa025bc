"""The ledger in one SQLite file: schema, connections, and the recorder."""
