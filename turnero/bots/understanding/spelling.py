"""The nearest word of a small list: one slip of the finger apart, never more, and never a word that is one itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

# Shorter words have too many neighbours: "cita" is one letter from "lista".
LENGTH_MIN = 5


def deletions(word: str) -> Iterator[str]:
    """Yield `word` without each of its letters in turn."""
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


class Neighbours:
    """Finds the listed word that is one slip from what was written: a letter missing, too many, wrong or swapped."""

    def __init__(self, words: Iterable[str], *, never: Iterable[str] = ()) -> None:
        self._never = frozenset(never)
        self._near: dict[str, str] = {}
        for word in words:
            if len(word) >= LENGTH_MIN:
                self._near[word] = word
                for near in deletions(word):
                    self._near.setdefault(near, word)

    def nearest(self, written: str) -> str | None:
        """Return the listed word that `written` is meant to be, or None."""
        if len(written) < LENGTH_MIN or written in self._never:
            return None
        found = self._near.get(written)
        if found is not None:
            return found
        for near in deletions(written):
            found = self._near.get(near)
            if found is not None and one_slip(written, found):
                return found
        return None


def one_slip(written: str, meant: str) -> bool:
    """Tell whether one letter missing, one too many, one wrong, or two neighbours swapped separate the two."""
    if abs(len(written) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(written), len(meant)) and written[start] == meant[start]:
        start += 1
    a, b = written[start:], meant[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def squeezed(word: str) -> Mapping[str, None]:
    """Return what a drawn-out word may be short for, likeliest first: "holaaa" is "hola"."""
    runs: list[str] = []
    for letter in word:
        if not (runs and runs[-1][0] == letter):
            runs.append(letter)
        else:
            runs[-1] += letter
    double = "".join(run[:2] for run in runs)
    single = "".join(run if len(run) < 3 else run[0] for run in runs)  # noqa: PLR2004 (three are never meant)
    return dict.fromkeys(("".join(run[0] for run in runs), single, double))
