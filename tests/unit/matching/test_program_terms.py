"""What terms may say, and how a program gets its versions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.matching.domain.ids import CohortId, PersonId, ProgramId
from services.matching.domain.programs.check import Fault, TermsRefused, faults
from services.matching.domain.programs.program import (
    Cohort,
    CohortIsClosed,
    CohortIsEvergreen,
    CohortStartRefused,
    FormatIsFixed,
    NothingToPublish,
    NotPublished,
    changed_fields,
    close,
    create,
    edit,
    open_cohort,
    publish,
)
from services.matching.domain.programs.terms import (
    CapacityTerms,
    Milestone,
    PairConstraints,
    ProgramTerms,
    Purpose,
    Task,
)
from services.matching.domain.run.settings import Format

CARLA = PersonId(UUID(int=1))
OTTO = PersonId(UUID(int=2))
TERMS = ProgramTerms(purpose=Purpose.LEADERSHIP, title="Leading well", coordinator_ids=(CARLA,))
PROGRAM = ProgramId(UUID(int=9))
STEP = Milestone("start", 0, (Task("say_hello", 3),))


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        (replace(TERMS, title=" "), Fault("title", "title_length")),
        (replace(TERMS, title="x" * 201), Fault("title", "title_length")),
        (
            replace(TERMS, coordinator_ids=()),
            Fault("coordinator_ids", "coordinators_missing_or_too_many"),
        ),
        (replace(TERMS, format=Format.CIRCLE), Fault("format", "format_not_matched_yet")),
        (replace(TERMS, cadence_days=0), Fault("cadence_days", "out_of_range")),
        (replace(TERMS, session_minutes=481), Fault("session_minutes", "out_of_range")),
        (replace(TERMS, duration_days=1_821), Fault("duration_days", "out_of_range")),
        (replace(TERMS, proposal_expiry_days=91), Fault("proposal_expiry_days", "out_of_range")),
        (
            replace(TERMS, constraints=PairConstraints(min_shared_minutes=-1)),
            Fault("constraints.min_shared_minutes", "out_of_range"),
        ),
        (
            replace(TERMS, capacity=CapacityTerms(default=3, limit=2)),
            Fault("capacity.default", "above_limit"),
        ),
        (
            replace(TERMS, duration_days=10),
            Fault("first_session_within_days", "after_the_end"),
        ),
        (replace(TERMS, milestones=(STEP, STEP)), Fault("milestones", "codes_not_unique_or_malformed")),
        (
            replace(TERMS, milestones=(Milestone("Say hello!", 0),)),
            Fault("milestones", "codes_not_unique_or_malformed"),
        ),
        (
            replace(TERMS, milestones=(Milestone("start", 0, (Task("say_hello", 181),)),)),
            Fault("milestones.0", "outside_of_the_program"),
        ),
        (replace(TERMS, themes=("trust", "trust")), Fault("themes", "codes_not_unique_or_malformed")),
    ],
)
def test_each_thing_that_cannot_be_meant_is_told_with_its_field(terms: ProgramTerms, fault: Fault) -> None:
    assert list(faults(terms)) == [fault]


def test_usual_terms_have_no_fault() -> None:
    assert list(faults(replace(TERMS, milestones=(STEP,), themes=("trust",)))) == []


def test_a_program_grows_by_versions_and_counts_every_change() -> None:
    draft = create(PROGRAM, TERMS)
    first = publish(edit(draft, replace(TERMS, cadence_days=7)))
    second = publish(edit(first, replace(TERMS, cadence_days=21)))

    assert (draft.revision, draft.version, draft.published) == (1, 0, None)
    assert (first.revision, first.version, first.current.cadence_days) == (3, 1, 7)
    assert (second.revision, second.version, second.current.cadence_days) == (5, 2, 21)


def test_a_draft_is_no_version_to_work_by() -> None:
    with pytest.raises(NotPublished):
        _ = create(PROGRAM, TERMS).current


def test_nothing_is_published_twice() -> None:
    with pytest.raises(NothingToPublish):
        publish(publish(create(PROGRAM, TERMS)))


@pytest.mark.parametrize("changed", [{"format": Format.REVERSE}, {"evergreen": True}])
def test_a_published_program_keeps_its_format(changed: dict[str, object]) -> None:
    published = publish(create(PROGRAM, TERMS))
    other = replace(TERMS, **changed)  # type: ignore[arg-type]  # the field is a parameter of the test

    with pytest.raises(FormatIsFixed):
        edit(published, other)


def test_terms_that_cannot_be_meant_make_no_draft() -> None:
    with pytest.raises(TermsRefused):
        create(PROGRAM, replace(TERMS, title=""))


def test_the_coordinators_of_the_draft_count_until_something_is_published() -> None:
    """A draft cannot take a published program away from its coordinators."""
    draft = create(PROGRAM, TERMS)
    published = edit(publish(draft), replace(TERMS, coordinator_ids=(OTTO,)))

    assert draft.coordinators() == {CARLA}
    assert published.coordinators() == {CARLA}
    assert publish(published).coordinators() == {OTTO}


def test_a_diff_names_the_terms_that_differ() -> None:
    assert changed_fields(TERMS, replace(TERMS, themes=("trust",), cadence_days=7)) == (
        "cadence_days",
        "themes",
    )
    assert changed_fields(TERMS, TERMS) == ()
    assert changed_fields(None, TERMS)[:2] == ("purpose", "title")


def test_a_cohort_begins_at_midnight_utc_and_closes_once() -> None:
    cohort = Cohort(id=CohortId(UUID(int=5)), program_id=PROGRAM, starts_on=date(2027, 2, 1))

    assert cohort.starts_at == datetime(2027, 2, 1, tzinfo=UTC)
    with pytest.raises(CohortIsClosed):
        close(close(cohort))
    with pytest.raises(CohortIsEvergreen):
        close(replace(cohort, evergreen=True))


@pytest.mark.parametrize("starts_on", [date.min, date(1999, 12, 31), date(2200, 1, 2), date.max])
def test_a_cohort_begins_in_the_years_2000_to_2200(starts_on: date) -> None:
    program = publish(create(PROGRAM, TERMS))

    with pytest.raises(CohortStartRefused):
        open_cohort(CohortId(UUID(int=5)), program, starts_on, evergreen=False)
    first = open_cohort(CohortId(UUID(int=5)), program, date(2000, 1, 1), evergreen=False)
    assert (first.program_id, first.starts_on) == (PROGRAM, date(2000, 1, 1))
