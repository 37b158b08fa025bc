"""Other products, each asked the same in its own way."""
