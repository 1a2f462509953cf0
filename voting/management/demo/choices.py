"""Choices for demo delegates, drawn so that the demo comes to a clear result. They say nothing about any real vote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

#: How many of a hundred mark a project that will be chosen, from the least to the most liked; and one that will not.
LIKED = (72, 94)
NOT_LIKED = (28, 36)


def draw_choices(numbers: Sequence[int], *, seats: int, people: int, chance: Random) -> Iterator[list[int]]:
    """Yield for each person the numbers they mark, at most *seats*, in ballot order.

    Which projects fall behind is drawn, too: as many as there are more than seats.
    """
    behind = set(chance.sample(list(numbers), max(0, len(numbers) - seats)))
    likes = {number: chance.randint(*(NOT_LIKED if number in behind else LIKED)) for number in numbers}
    for _person in range(people):
        marks = [number for number in numbers if chance.randrange(100) < likes[number]]
        yield sorted(chance.sample(marks, seats)) if len(marks) > seats else marks
