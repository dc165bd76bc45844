"""Nobody climbs by claiming more or by giving less; what exactly holds is told by each test."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.hours import LocalInterval, WeeklyHours
from services.matching.domain.run.constraints import PairRules
from services.matching.domain.run.market import Candidate, Market, ParticipantId, PersonId, Role
from services.matching.domain.run.score import FULL, LANGUAGES_ALLOWANCE, Scoring
from services.matching.domain.run.settings import Criterion, Format, RunSettings, Weights

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE,
    weights=Weights(skills=3, function=1, seniority=1, zone=1, language=2),
    weeks=(date(2027, 3, 15), date(2027, 3, 29)),
    min_shared_minutes=60,
    skills_allowance=3,
)
SKILLS = "abcdefgh"
LANGUAGES = ("en", "de", "fr", "es", "pl", "it")
Skills = st.frozensets(st.sampled_from(SKILLS), max_size=8)
Spoken = st.frozensets(st.sampled_from(LANGUAGES), min_size=1, max_size=6)
Week = st.lists(
    st.builds(
        lambda day, start, length: LocalInterval(day, start * 15, (start + length) * 15),
        st.integers(0, 4),
        st.integers(20, 80),
        st.integers(1, 15),
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def people(draw: st.DrawFn, role: Role, number: int) -> Candidate:
    """Somebody of a side."""
    zone = draw(st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Kolkata")))
    return Candidate(
        participant_id=ParticipantId(UUID(int=number)),
        person_id=PersonId(UUID(int=1_000 + number)),
        roles=frozenset({role}),
        mentor_seats=1,
        mentee_slots=1,
        skills_wanted=draw(Skills) if role is Role.MENTEE else frozenset(),
        skills_offered=draw(Skills) if role is Role.MENTOR else frozenset(),
        function=draw(st.sampled_from(("it", "hr"))),
        job_level=draw(st.integers(1, 9)),
        languages=draw(Spoken),
        hours=WeeklyHours(zone, tuple(draw(Week))),
    )


Mentor, Mentee = people(Role.MENTOR, 1), people(Role.MENTEE, 2)
Others = st.lists(st.builds(lambda one: one, people(Role.MENTEE, 3)), max_size=1)


def score(mentor: Candidate, mentee: Candidate, *others: Candidate) -> int:
    """What the two score beside others."""
    return Scoring(Market(candidates=(mentor, mentee, *others)), SETTINGS).score(mentor, mentee)


def part(criterion: Criterion, mentor: Candidate, mentee: Candidate) -> int:
    """One part of it."""
    parts = Scoring(Market(candidates=(mentor, mentee)), SETTINGS).breakdown(mentor, mentee).parts
    return next(each.value for each in parts if each.criterion is criterion)


@given(Mentor, Mentee, st.data())
def test_offering_less_availability_raises_no_score_and_opens_no_pair(
    mentor: Candidate, mentee: Candidate, data: st.DataObject
) -> None:
    """Of either side: hours are a rule and not a part of the score."""
    assert mentor.hours is not None
    assert mentee.hours is not None
    fewer = tuple(each for each in mentor.hours.intervals if data.draw(st.booleans()))
    shorter = tuple(
        LocalInterval(
            each.weekday, each.start_minute, data.draw(st.integers(each.start_minute + 1, each.end_minute))
        )
        for each in mentee.hours.intervals
    )
    less = replace(mentor, hours=WeeklyHours(mentor.hours.zone, fewer))
    later = replace(mentee, hours=WeeklyHours(mentee.hours.zone, shorter))

    for one, other in ((less, mentee), (mentor, later), (less, later)):
        assert score(one, other) <= score(mentor, mentee)
        before = PairRules(Market(candidates=(mentor, mentee)), SETTINGS).refusal(mentor, mentee)
        after = PairRules(Market(candidates=(one, other)), SETTINGS).refusal(one, other)
        assert before is None or after is not None


@given(Mentor, Mentee)
def test_withholding_hours_altogether_raises_no_score(mentor: Candidate, mentee: Candidate) -> None:
    """Nor does it open a pair: a rule that asks for shared time refuses what is not known."""
    silent = replace(mentee, hours=None)

    assert score(mentor, silent) <= score(mentor, mentee)
    assert PairRules(Market(candidates=(mentor, silent)), SETTINGS).refusal(mentor, silent) is not None


@given(Mentor, Mentee, Others, Skills, Spoken)
def test_an_answer_that_a_partner_does_not_share_never_raises_the_score_with_them(
    mentor: Candidate,
    mentee: Candidate,
    others: list[Candidate],
    skills: frozenset[str],
    languages: frozenset[str],
) -> None:
    """Wishes that are not offered, offers that are not wanted, languages of one side alone."""
    before = score(mentor, mentee, *others)
    wanting = replace(mentee, skills_wanted=mentee.skills_wanted | (skills - mentor.skills_offered))
    offering = replace(mentor, skills_offered=mentor.skills_offered | (skills - mentee.skills_wanted))
    speaking = replace(mentee, languages=mentee.languages | (languages - mentor.languages))
    spoken = replace(mentor, languages=mentor.languages | (languages - mentee.languages))

    assert score(mentor, wanting, *others) <= before
    assert score(offering, mentee, *others) <= before
    assert score(mentor, speaking, *others) <= before
    assert score(spoken, mentee, *others) <= before


@given(
    st.lists(st.sampled_from(SKILLS), min_size=1, unique=True),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
)
def test_all_that_somebody_wants_is_worth_one_together_however_much_it_is(
    wanted: list[str], offered_by: list[int]
) -> None:
    """Four mentors offer different skills: more wishes give each of them less, and never more in all."""
    template = _plain(Role.MENTOR, 1)
    mentors = [
        replace(
            template,
            skills_offered=frozenset(skill for skill, by in zip(SKILLS, offered_by, strict=True) if by == at),
        )
        for at in range(4)
    ]
    for count in range(1, len(wanted) + 1):
        mentee = replace(_plain(Role.MENTEE, 2), skills_wanted=frozenset(wanted[:count]))
        assert sum(part(Criterion.SKILLS, mentor, mentee) for mentor in mentors) <= FULL


@given(Skills.filter(bool), Skills, Skills)
def test_ticking_every_box_outranks_nobody_whose_offer_is_what_the_mentee_wants(
    wanted: frozenset[str], offered: frozenset[str], demand: frozenset[str]
) -> None:
    """Of two mentors one offers exactly what is wanted, within the allowance, the other everything."""
    fitting = frozenset(sorted(wanted)[: SETTINGS.skills_allowance])
    mentee = replace(_plain(Role.MENTEE, 2), skills_wanted=fitting)
    crowd = replace(_plain(Role.MENTEE, 3), skills_wanted=demand | fitting)
    exact = replace(_plain(Role.MENTOR, 1), skills_offered=fitting)
    greedy = replace(_plain(Role.MENTOR, 4), skills_offered=frozenset(SKILLS) | offered)
    prepared = Scoring(Market(candidates=(mentee, crowd, exact, greedy)), SETTINGS)

    assert prepared.score(greedy, mentee) <= prepared.score(exact, mentee)


@given(Spoken, st.integers(1, 3))
def test_claiming_every_language_outranks_nobody_who_speaks_those_of_the_mentee(
    spoken: frozenset[str], count: int
) -> None:
    theirs = frozenset(sorted(spoken)[: min(count, LANGUAGES_ALLOWANCE)])
    mentee = replace(_plain(Role.MENTEE, 2), languages=theirs)
    honest = replace(_plain(Role.MENTOR, 1), languages=theirs)
    greedy = replace(honest, languages=theirs | frozenset(LANGUAGES) | {f"x{n}" for n in range(14)})

    assert part(Criterion.LANGUAGE, greedy, mentee) <= part(Criterion.LANGUAGE, honest, mentee)


def test_claiming_twenty_languages_counts_three_twentieths_of_what_three_do() -> None:
    mentee = replace(_plain(Role.MENTEE, 2), languages=frozenset({"en", "de", "fr"}))
    honest = replace(_plain(Role.MENTOR, 1), languages=mentee.languages)
    greedy = replace(honest, languages=mentee.languages | {f"x{n}" for n in range(17)})

    assert part(Criterion.LANGUAGE, honest, mentee) == 1_000_000
    assert part(Criterion.LANGUAGE, greedy, mentee) == 150_000


def _plain(role: Role, number: int) -> Candidate:
    return Candidate(
        participant_id=ParticipantId(UUID(int=number)),
        person_id=PersonId(UUID(int=1_000 + number)),
        roles=frozenset({role}),
        languages=frozenset({"en"}),
    )
