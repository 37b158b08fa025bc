"""The products, and which module each is in."""

from __future__ import annotations

from importlib import import_module

from benchmarks.peers.product import Product

# Loaded one a process: doltlite has to be there before SQLite is.
PRODUCTS = {
    "whereas": ("ours", "Whereas"),
    "postgres": ("postgres", "Postgres"),
    "eventsourcing": ("replayed", "Replayed"),
    "continuum": ("continuum", "Continuum"),
    "doltlite": ("doltlite_tables", "Doltlite"),
    "macrame": ("macrame_graph", "Macrame"),
    "minigraf": ("minigraf_facts", "Minigraf"),
    "git": ("git_files", "GitFiles"),
}


def product_of(name: str) -> type[Product]:
    """Load a product.

    Raises:
        AbsentError: what it is made with is not installed.
    """
    module, made = PRODUCTS[name]
    found: type[Product] = getattr(import_module(f"benchmarks.peers.{module}"), made)
    return found
