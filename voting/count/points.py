"""The points that a ballot shares out among the projects, as the rule of a count has them. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass

#: No project is given more than so many points: they are chosen from a list, and counted without a script.
MOST_POINTS = 20


@dataclass(frozen=True)
class Points:
    """So many points a ballot has in all, and so many at most for one project."""

    whole: int
    most: int

    @property
    def sound(self) -> bool:
        """They can be given: at least one, and no more for one project than there are."""
        return 1 <= self.most <= min(self.whole, MOST_POINTS)

    def due(self, items: int) -> int:
        """How many a ballot gives that gives all: in a further round no more than its few projects can take."""
        return min(self.whole, self.most * items)
