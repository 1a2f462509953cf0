"""What pages read is never altered by reading it: no page can save words of another day, nor anything else.

Guards ``voting.read_models.after.plans`` and ``voting.read_models.after.lines``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "voting"
SOURCES = sorted(
    each for room in ("read_models", "views", "templatetags") for each in (ROOT / room).rglob("*.py")
)
#: Methods that write rows; a dictionary is put together with ``|`` where pages read.
WRITES = frozenset(
    {
        "save", "asave", "create", "acreate", "update", "aupdate", "delete", "adelete", "get_or_create",
        "aget_or_create", "update_or_create", "aupdate_or_create",
    }
)  # fmt: skip
#: What a view may set: the person who has just voted is nobody any more; a file's content is made last; the look of the
#: answer; a request that a worker asks itself, and the marks of an entry that stand for anybody's (neither is a row).
OF_THE_ANSWER = frozenset(
    {
        "request.user", "answer.content", "request.elder",
        "request.method", "request.path", "request.path_info", "request.congress",
        "entry.number", "entry.name", "entry.delegation", "view.reads",
    }
)  # fmt: skip


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a statement sets or deletes, the members of a tuple one by one."""
    if isinstance(node, ast.Assign | ast.Delete):
        waiting = list(node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor | ast.comprehension):
        waiting = [node.target]
    elif isinstance(node, ast.withitem) and node.optional_vars:
        waiting = [node.optional_vars]
    else:
        return
    while waiting:
        target = waiting.pop()
        if isinstance(target, ast.Tuple | ast.List):
            waiting += target.elts
        elif isinstance(target, ast.Starred):
            waiting.append(target.value)
        else:
            yield target


def _is_own(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def changes(source: str) -> list[str]:
    """Return what a module sets on other things than its own objects, or writes to the database."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for target in _targets(node):
            inner = target
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if (isinstance(inner, ast.Attribute) and not _is_own(inner.value)) or isinstance(inner, ast.Call):
                found.append(ast.unparse(inner))
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            sets = called in {"setattr", "delattr", "__setattr__", "__delattr__", "prefetch_related_objects"}
            if sets and not _is_own(node.args[0]):
                found.append(ast.unparse(node))
            if isinstance(node.func, ast.Attribute) and (
                called in WRITES or called.startswith(("bulk_", "abulk_"))
            ):
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_is_read_is_changed(path):
    assert set(changes(path.read_text())) <= OF_THE_ANSWER


@pytest.mark.parametrize(
    "source",
    [
        "delivery.content = 1", "a, delivery.content = 1, 2", "delivery.number += 1", "delivery.x: int = 1",
        "self.line.delivery.content = 1", "for delivery.number in (1, 2): pass", "del delivery.content",
        "setattr(delivery, name, 1)", "object.__setattr__(delivery, 'content', 1)", "vars(delivery)['content'] = 1",
        "delivery._prefetched_objects_cache['reports'] = []", "prefetch_related_objects([delivery], 'reports')",
        "with opened() as delivery.content: pass", "delivery.__dict__['content'] = 1",
        "delivery.save()", "Delivery.objects.create()", "Delivery.objects.filter(pk=1).update(number=2)",
        "Delivery.objects.bulk_create([])", "delivery.delete()", "Delivery.objects.get_or_create(pk=1)",
    ],
)  # fmt: skip
def test_the_walk_sees_every_way_to_change_something(source):
    assert changes(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "self.number = 1", "object.__setattr__(self, 'notice', 1)", "names['a'] = 1", "number = delivery.number",
        "known |= {'a': 1}", "Row(number=1)", "rows.append(delivery)",
    ],
)  # fmt: skip
def test_the_walk_lets_a_module_put_its_own_answer_together(source):
    assert changes(source) == []
