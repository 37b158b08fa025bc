"""One product in a process of its own, which does what it is asked and times it.

Some products bring a SQLite of their own into the process, some threads; so none
stands in another's way, the memory of each can be told, and one that crashes takes no
other with it. What is said between the processes is not timed.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.measuring import peak_kb
from benchmarks.peers.product import AbsentError, Product
from benchmarks.peers.products import product_of
from benchmarks.peers.told import Told, tell
from benchmarks.portfolio import batches, portfolio

# Most terms end with a year.
ON = dt.date(2016, 11, 1)
NINETY_DAYS = dt.timedelta(days=90)


class Worker:
    """A product, the portfolio, and what it is asked.

    Args:
        product: which.
        events: how many events are loaded.
        more: how many more there are, to be appended one by one.
    """

    def __init__(self, product: Product, events: int, more: int) -> None:
        self._product = product
        self._pieces, self._rest = _dealt(events, more)
        self._known: Any = None
        self._random = Random(1)
        half = self._pieces[: len(self._pieces) // 2]
        self._names = sorted({piece[0].agreement for piece in half})
        self.works: dict[str, Callable[[], int]] = {
            "append": self._append,
            "state": self._state,
            "history": self._history,
            "exclusive": lambda: product.exclusive(ON),
            "lapsing": lambda: product.lapsing(ON, ON + NINETY_DAYS),
            "export": self._export,
        }

    def load(self) -> dict[str, float]:
        """Load the portfolio, and remember what was known half-way."""
        middle = len(self._pieces) // 2
        start = time.perf_counter()
        self._product.load(self._pieces[:middle])
        seconds = time.perf_counter() - start
        self._known = self._product.mark()
        start = time.perf_counter()
        self._product.load(self._pieces[middle:])
        seconds += time.perf_counter() - start
        count = sum(map(len, self._pieces))
        return {"count": count, "seconds": seconds, "answer": count}

    def work(self, name: str, count: int, seconds: float) -> dict[str, float]:
        """Do some work again and again, at least once.

        Args:
            name: which work.
            count: how often at most.
            seconds: after how long to stop.
        """
        ask, done, answer = self.works[name], 0, 0
        gc.collect()
        start = time.perf_counter()
        while done < count:
            answer += ask()
            done += 1
            if time.perf_counter() - start > seconds:
                break
        spent = time.perf_counter() - start
        return {"count": done, "seconds": spent, "answer": answer / done}

    def size(self) -> dict[str, float]:
        """Tell what it takes on disk and in memory."""
        files = [file for file in self._product.folder.rglob("*") if file.is_file()]
        disk = sum(file.stat().st_size for file in files)
        return {"disk": disk, "memory_kb": peak_kb()}

    def _append(self) -> int:
        self._product.append(next(self._rest))
        return 1

    def _state(self) -> int:
        name = self._random.choice(self._names)
        return self._product.state(name, ON, self._known)

    def _history(self) -> int:
        return self._product.history(self._random.choice(self._names))

    def _export(self) -> int:
        path = self._product.folder / "exported"
        path.unlink(missing_ok=True)
        self._product.export(path)
        size = path.stat().st_size
        path.unlink()
        return size


def _dealt(events: int, more: int) -> tuple[list[list[Told]], Iterator[Told]]:
    """Deal out a portfolio: what is loaded in batches, and the rest event by event."""
    loaded: list[list[Told]] = []
    rest: list[Told] = []
    for piece in tell(batches(portfolio(events + more))):
        at = max(0, events - sum(map(len, loaded))) if not rest else 0
        if piece[:at]:
            loaded.append(piece[:at])
        rest += piece[at:]
    return loaded, iter(rest)


def main() -> None:
    """Do what is asked, one line at a time, until nothing more is."""
    name, folder, events, more = sys.argv[1:]
    try:
        product = product_of(name)(Path(folder))
    except AbsentError as error:
        _say({"absent": str(error)})
        return
    worker = Worker(product, int(events), int(more))
    _say({"name": product.name, "how": product.how})
    for line in sys.stdin:
        match json.loads(line):
            case ["load"]:
                _say(worker.load())
            case ["size"]:
                _say(worker.size())
            case [work, count, seconds]:
                _say(worker.work(work, count, seconds))
    product.close()


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
