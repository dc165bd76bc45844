"""A program with its draft and its published versions, and its cohorts."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time

from services.matching.domain.ids import CohortId, PersonId, ProgramId
from services.matching.domain.programs.check import require_sound
from services.matching.domain.programs.terms import ProgramTerms
from shared.errors import Conflict, Invalid, NotFound

FIRST_START = date(2000, 1, 1)
LAST_START = date(2200, 1, 1)


class ProgramNotFound(NotFound):
    """There is no such program."""

    code = "program_not_found"


class CohortNotFound(NotFound):
    """There is no such cohort."""

    code = "cohort_not_found"


class NothingToPublish(Conflict):
    """There is no draft."""

    code = "nothing_to_publish"


class NotPublished(Conflict):
    """The program has no version that anybody could work by."""

    code = "program_not_published"


class FormatIsFixed(Conflict):
    """A published program keeps its format and whether it is evergreen: matches were made by them."""

    code = "format_is_fixed"


class CohortIsClosed(Conflict):
    """The cohort takes nobody in any more."""

    code = "cohort_closed"


class CohortStartRefused(Invalid):
    """The cohort would begin in a century that nobody means."""

    code = "cohort_start_out_of_range"


class CohortIsEvergreen(Conflict):
    """An evergreen program has one cohort, which never closes."""

    code = "cohort_is_evergreen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`version` counts what was published, 0 before; `revision` counts every change, for If-Match."""

    id: ProgramId
    revision: int
    version: int
    draft: ProgramTerms | None
    published: ProgramTerms | None

    @property
    def current(self) -> ProgramTerms:
        """The published terms; NotPublished when there are none."""
        if self.published is None:
            raise NotPublished(program_id=str(self.id))
        return self.published

    def coordinators(self) -> frozenset[PersonId]:
        """Who may act in the program: by the published terms, before that by the draft."""
        terms = self.published or self.draft
        return frozenset(terms.coordinator_ids) if terms else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """An intake of a program; its matches begin at `starts_on`, at midnight UTC."""

    id: CohortId
    program_id: ProgramId
    starts_on: date
    evergreen: bool = False
    closed: bool = False

    @property
    def starts_at(self) -> datetime:
        """When its matches may become active."""
        return datetime.combine(self.starts_on, time.min, UTC)

    def require_open(self) -> None:
        """Raise CohortIsClosed unless people may join."""
        if self.closed:
            raise CohortIsClosed(cohort_id=str(self.id))


def create(program_id: ProgramId, terms: ProgramTerms) -> Program:
    """A program that is a draft. Raises TermsRefused."""
    require_sound(terms)
    return Program(id=program_id, revision=1, version=0, draft=terms, published=None)


def edit(program: Program, terms: ProgramTerms) -> Program:
    """The program with another draft. Raises TermsRefused and FormatIsFixed."""
    require_sound(terms)
    before = program.published
    if before is not None and (before.format, before.evergreen) != (terms.format, terms.evergreen):
        raise FormatIsFixed(field="format")
    return replace(program, revision=program.revision + 1, draft=terms)


def publish(program: Program) -> Program:
    """The program with its draft as the next version. Raises NothingToPublish."""
    if program.draft is None:
        raise NothingToPublish(program_id=str(program.id))
    return replace(
        program,
        revision=program.revision + 1,
        version=program.version + 1,
        draft=None,
        published=program.draft,
    )


def open_cohort(cohort_id: CohortId, program: Program, starts_on: date, *, evergreen: bool) -> Cohort:
    """An intake of the program. Raises CohortStartRefused."""
    if not FIRST_START <= starts_on <= LAST_START:
        raise CohortStartRefused(field="body.starts_on")
    return Cohort(id=cohort_id, program_id=program.id, starts_on=starts_on, evergreen=evergreen)


def close(cohort: Cohort) -> Cohort:
    """The cohort, closed. Raises CohortIsClosed and CohortIsEvergreen."""
    if cohort.evergreen:
        raise CohortIsEvergreen(cohort_id=str(cohort.id))
    cohort.require_open()
    return replace(cohort, closed=True)


def changed_fields(before: ProgramTerms | None, after: ProgramTerms) -> tuple[str, ...]:
    """The names of the terms that differ, in the order of ProgramTerms; all of them for a first version."""
    names = tuple(field.name for field in fields(ProgramTerms))
    if before is None:
        return names
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
