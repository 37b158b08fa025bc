"""The read model: the answers of the fold, kept in tables that are indexed."""
