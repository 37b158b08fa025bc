"""How fast it is, beside what is known to be fast: ``python -m benchmarks``."""
