"""The reporting line: who is above whom, from pointers that may dangle, circle or point at oneself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from services.matching.domain.people.profile import ManagerRef, ManagerRefKind

PersonRef: TypeAlias = UUID
"""A person id; any NewType over UUID fits."""

ManagerIndex: TypeAlias = Mapping[ManagerRefKind, Mapping[str, PersonRef]]
"""For each kind of pointer, whom a value means."""


@dataclass(frozen=True, slots=True)
class Dangling:
    """A manager pointer nobody answers to."""

    person: PersonRef
    ref: ManagerRef


@dataclass(frozen=True, slots=True)
class LineFaults:
    """What the HR data says about managers that cannot be: reported, never fatal."""

    dangling: tuple[Dangling, ...]
    self_managed: tuple[PersonRef, ...]
    cycles: tuple[tuple[PersonRef, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportingLine:
    """Resolved managers, all relations together: a supervisor is as much above somebody as a line manager."""

    managers: Mapping[PersonRef, tuple[PersonRef, ...]]

    def line_above(self, person: PersonRef) -> tuple[PersonRef, ...]:
        """Return everybody above, nearest first, without the person; a cycle is walked once."""
        above: dict[PersonRef, None] = {}
        waiting = deque(self.managers.get(person, ()))
        while waiting:
            manager = waiting.popleft()
            if manager != person and manager not in above:
                above[manager] = None
                waiting.extend(self.managers.get(manager, ()))
        return tuple(above)

    def in_one_line(self, one: PersonRef, other: PersonRef) -> bool:
        """Tell whether one of the two is above the other."""
        return one in self.line_above(other) or other in self.line_above(one)


def resolve(
    refs: Mapping[PersonRef, Iterable[ManagerRef]], index: ManagerIndex
) -> tuple[ReportingLine, LineFaults]:
    """Return the line that `refs` describe and what is wrong with it. Pointers at oneself are left out."""
    managers: dict[PersonRef, tuple[PersonRef, ...]] = {}
    dangling: list[Dangling] = []
    self_managed: set[PersonRef] = set()
    for person, pointers in refs.items():
        found: dict[PersonRef, None] = {}
        for ref in pointers:
            manager = index.get(ref.kind, {}).get(ref.value)
            if manager is None:
                dangling.append(Dangling(person, ref))
            elif manager != person:
                found[manager] = None
            else:
                self_managed.add(person)
        managers[person] = tuple(found)
    faults = LineFaults(
        dangling=tuple(sorted(dangling, key=lambda d: (d.person, d.ref))),
        self_managed=tuple(sorted(self_managed)),
        cycles=_cycles(managers),
    )
    return ReportingLine(managers), faults


def _cycles(managers: Mapping[PersonRef, tuple[PersonRef, ...]]) -> tuple[tuple[PersonRef, ...], ...]:
    """Return the groups of people who are all above one another.

    They are the strongly connected components of more than one person (Kosaraju's two passes), iterative
    because a chain may be as long as the company.
    """
    finished = _by_finish(managers)
    reports: dict[PersonRef, list[PersonRef]] = {}
    for person, above in managers.items():
        for manager in above:
            reports.setdefault(manager, []).append(person)
    grouped: set[PersonRef] = set()
    cycles: list[tuple[PersonRef, ...]] = []
    for root in reversed(finished):
        group: list[PersonRef] = []
        waiting = [root]
        while waiting:
            person = waiting.pop()
            if person not in grouped:
                grouped.add(person)
                group.append(person)
                waiting.extend(reports.get(person, ()))
        if len(group) > 1:
            cycles.append(tuple(sorted(group)))
    return tuple(sorted(cycles))


def _by_finish(managers: Mapping[PersonRef, tuple[PersonRef, ...]]) -> list[PersonRef]:
    seen: set[PersonRef] = set()
    finished: list[PersonRef] = []
    for root in managers:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(managers.get(root, ())))]
        while path:
            person, above = path[-1]
            manager = next((m for m in above if m not in seen), None)
            if manager is None:
                finished.append(person)
                path.pop()
            else:
                seen.add(manager)
                path.append((manager, iter(managers.get(manager, ()))))
    return finished
