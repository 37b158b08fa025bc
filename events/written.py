"""What the value types share: they are known by the text they are written as.

One text for one value is what makes values cheap to compare, to store and to hash,
and what makes an answer the same to the byte on every machine.
"""

from __future__ import annotations

from typing import NoReturn, Self


class Written:
    """A value that never changes and is equal to what is written like it.

    A subclass names its parts in ``__slots__`` and has a static ``parse`` that reads
    its text back.

    Attributes:
        text: the canonical text.
    """

    __slots__ = ("text",)

    text: str

    @classmethod
    def made(cls, text: str, **parts: object) -> Self:
        """Make a value of its text and parts, which agree."""
        self = object.__new__(cls)
        object.__setattr__(self, "text", text)
        for name, part in parts.items():
            object.__setattr__(self, name, part)
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} does not change: {name}={value!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} does not change: {name}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}.parse({self.text!r})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self
