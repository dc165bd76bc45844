"""Every row of the match life, written by hand: state × input × case."""

import itertools
from dataclasses import replace

import pytest

from services.matching.domain.match.cases import Given
from services.matching.domain.match.decide import decide
from services.matching.domain.match.errors import IllegalTransition, NotAMember, NotForThem
from services.matching.domain.match.life import GIVEN_BY, TABLE, Key, Row
from services.matching.domain.match.model import Decision, Match
from services.matching.domain.match.states import By, FlagCode, MatchInput, Policy
from tests.support.match_life_table import GROUPS, expectations
from tests.support.match_situations import DAY, FLAGGED, GRACE, NOW, OFFERED, SITUATIONS, STRANGER

BY = {
    "offer": By.COORDINATOR,
    "withdraw": By.COORDINATOR,
    "replace": By.SYSTEM,
    "accept": By.MEMBER,
    "decline": By.MEMBER,
    "pause": By.COORDINATOR,
    "resume": By.COORDINATOR,
    "confirm": By.MEMBER,
    "complete": By.COORDINATOR,
    "end": By.COORDINATOR,
    "lock": By.COORDINATOR,
    "unlock": By.COORDINATOR,
    "override": By.COORDINATOR,
    "expiry_due": By.SYSTEM,
    "start_due": By.SYSTEM,
    "end_due": By.SYSTEM,
    "member_left": By.HR,
    "member_deceased": By.HR,
    "member_withdrew": By.MEMBER,
    "member_on_leave": By.HR,
    "member_returned": By.HR,
    "line_conflict": By.HR,
    "audience_exit": By.HR,
    "not_a_good_fit": By.ENGAGEMENT,
}


def given(name: str) -> Given:
    """The input of a block; without `, flag` the program's policy is to end."""
    what, _, policy = name.partition(", ")
    return Given(
        what=MatchInput(what),
        by=BY[what],
        person_id=GRACE,
        expires_at=NOW + 14 * DAY,
        flag=FlagCode.REPORTING_LINE if what == "override" else None,
        policy=Policy(policy or "end"),
    )


def told(before: Match, decision: Decision) -> str:
    """A decision in the words of the table above."""
    after = decision.match
    if not decision.facts and after.state is before.state and not decision.excludes_pair:
        return "="
    reason = f"({after.end_reason})" if after.end_reason else ""
    words = [f"{after.state}{reason}:", *(fact.kind.value for fact in decision.facts)]
    if any(fact.withheld for fact in decision.facts):
        words.append("!")
    if decision.excludes_pair:
        words.append("#")
    return " ".join(words)


@pytest.mark.parametrize(
    ("name", "situation", "expected"),
    [(*key, expected) for key, expected in expectations().items()],
)
def test_each_input_does_in_each_situation_what_the_table_says(
    name: str, situation: str, expected: str
) -> None:
    match = SITUATIONS[situation]
    if expected == "refused":
        with pytest.raises(IllegalTransition) as refusal:
            decide(match, given(name), NOW)
        assert (refusal.value.match_id, refusal.value.state) == (match.id, match.state)
        return
    assert told(match, decide(match, given(name), NOW)) == expected.replace("same", match.state.value)


def test_every_input_stands_in_the_written_table() -> None:
    assert {name.split(",")[0] for name, _ in expectations()} == {each.value for each in MatchInput}


def test_every_row_of_the_table_is_reached_by_a_situation(monkeypatch: pytest.MonkeyPatch) -> None:
    """So no row is dead, and none lacks a test."""
    reached: set[object] = set()

    class Watched:
        def get(self, key: Key) -> Row | None:
            reached.add(key)
            return TABLE.get(key)

    monkeypatch.setattr("services.matching.domain.match.decide.TABLE", Watched())
    for name, situation in expectations():
        try:
            decide(SITUATIONS[situation], given(name), NOW)
        except IllegalTransition:
            continue
    # The other flag, and flags in the other agreed states, are covered by the same code.
    flagged = (replace(SITUATIONS[name], flags=FLAGGED) for name in GROUPS["*agreed"])
    for match, name in itertools.product(flagged, ("override", "line_conflict, flag", "audience_exit, flag")):
        decide(match, given(name), NOW)
    assert set(TABLE) - reached == set()


@pytest.mark.parametrize("what", list(MatchInput))
def test_an_input_is_refused_to_everybody_whose_it_is_not(what: MatchInput) -> None:
    for by in set(By) - GIVEN_BY[what]:
        with pytest.raises(NotForThem):
            decide(OFFERED, replace(given(what.value), by=by), NOW)


def test_a_match_does_not_exist_for_somebody_who_is_no_member() -> None:
    with pytest.raises(NotAMember):
        decide(OFFERED, Given(what=MatchInput.ACCEPT, by=By.MEMBER, person_id=STRANGER), NOW)


def test_only_a_match_that_is_not_over_holds_seats() -> None:
    holding = {name for name, match in SITUATIONS.items() if match.holds_seats}

    assert holding == set(GROUPS["*live"])
