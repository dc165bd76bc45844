"""The life of a match as data: state × input × case, who may give it, and what comes of it.

What is in no row is refused, but for facts and due times that reach a match that is over: they change
nothing. docs/architecture/match-life.md shows the same table to people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from services.matching.domain.match.states import By, Case, EndReason, FactKind, MatchInput, MatchState
from services.matching.domain.match.states import FactKind as Fact
from services.matching.domain.match.states import MatchInput as On
from services.matching.domain.match.states import MatchState as S

Key = tuple[MatchState, MatchInput, Case]


@dataclass(frozen=True, slots=True)
class Row:
    """What one input does in one state and case.

    `withheld`: the events do not say who caused them. `excludes_pair`: the members are not proposed to each
    other again in this cohort.
    """

    to: MatchState
    facts: tuple[FactKind, ...] = ()
    end_reason: EndReason | None = None
    withheld: bool = False
    excludes_pair: bool = False


GIVEN_BY = MappingProxyType(
    {
        On.OFFER: frozenset({By.COORDINATOR, By.SYSTEM}),
        On.WITHDRAW: frozenset({By.COORDINATOR}),
        On.REPLACE: frozenset({By.SYSTEM}),
        On.ACCEPT: frozenset({By.MEMBER}),
        On.DECLINE: frozenset({By.MEMBER}),
        On.PAUSE: frozenset({By.COORDINATOR}),
        On.RESUME: frozenset({By.COORDINATOR}),
        On.CONFIRM: frozenset({By.MEMBER}),
        On.COMPLETE: frozenset({By.COORDINATOR}),
        On.END: frozenset({By.COORDINATOR}),
        On.LOCK: frozenset({By.COORDINATOR}),
        On.UNLOCK: frozenset({By.COORDINATOR}),
        On.OVERRIDE: frozenset({By.COORDINATOR}),
        On.EXPIRY_DUE: frozenset({By.SYSTEM}),
        On.START_DUE: frozenset({By.SYSTEM}),
        On.END_DUE: frozenset({By.SYSTEM}),
        On.MEMBER_LEFT: frozenset({By.HR}),
        On.MEMBER_DECEASED: frozenset({By.HR}),
        On.MEMBER_ON_LEAVE: frozenset({By.HR}),
        On.MEMBER_RETURNED: frozenset({By.HR}),
        On.MEMBER_WITHDREW: frozenset({By.MEMBER, By.COORDINATOR}),
        On.LINE_CONFLICT: frozenset({By.HR}),
        On.AUDIENCE_EXIT: frozenset({By.HR}),
        On.NOT_A_GOOD_FIT: frozenset({By.ENGAGEMENT}),
    },
)
"""Who may give an input, whatever the state."""


def _ends(reason: EndReason, *, withheld: bool = False, excludes_pair: bool = False) -> Row:
    return Row(S.ENDED_EARLY, (Fact.ENDED,), reason, withheld, excludes_pair)


_PROPOSAL = (S.PROPOSED, S.OFFERED)
_AGREED = (S.ACCEPTED, S.ACTIVE, S.PAUSED)
_LIVE = (*_PROPOSAL, *_AGREED)
_STALE_DUE = {
    On.EXPIRY_DUE: (S.PROPOSED, *_AGREED),
    On.START_DUE: (*_PROPOSAL, S.ACTIVE, S.PAUSED),
    On.END_DUE: (*_PROPOSAL, S.ACCEPTED, S.PAUSED),
}


def _answers() -> Iterable[tuple[Key, Row]]:
    offered = S.OFFERED
    yield (S.PROPOSED, On.OFFER, Case.ALWAYS), Row(offered, (Fact.OFFERED,))
    yield (S.PROPOSED, On.REPLACE, Case.UNLOCKED), _ends(EndReason.COORDINATOR)
    yield (S.PROPOSED, On.REPLACE, Case.LOCKED), Row(S.PROPOSED)
    yield (offered, On.ACCEPT, Case.OTHERS_AWAITED), Row(offered, (Fact.ACCEPTED_BY_SIDE,), withheld=True)
    yield (offered, On.ACCEPT, Case.ANSWERED_BEFORE), Row(offered)
    last = (Fact.ACCEPTED_BY_SIDE, Fact.ACCEPTED)
    yield (offered, On.ACCEPT, Case.LAST_ANSWER), Row(S.ACCEPTED, last, withheld=True)
    declined = Row(S.DECLINED, (Fact.DECLINED,), withheld=True, excludes_pair=True)
    yield (offered, On.DECLINE, Case.ALWAYS), declined
    yield (offered, On.EXPIRY_DUE, Case.DUE), Row(S.EXPIRED, (Fact.EXPIRED,))
    yield (offered, On.EXPIRY_DUE, Case.NOT_YET_DUE), Row(offered)
    for state in _PROPOSAL:
        yield (state, On.WITHDRAW, Case.ALWAYS), _ends(EndReason.COORDINATOR, excludes_pair=True)
        yield (state, On.MEMBER_ON_LEAVE, Case.ALWAYS), _ends(EndReason.PARTNER_UNAVAILABLE)
        yield (state, On.MEMBER_RETURNED, Case.ALWAYS), Row(state)
        yield (state, On.LINE_CONFLICT, Case.ALWAYS), _ends(EndReason.REPORTING_LINE)
        yield (state, On.AUDIENCE_EXIT, Case.ALWAYS), _ends(EndReason.OUT_OF_AUDIENCE)


def _relationship() -> Iterable[tuple[Key, Row]]:
    yield (S.ACCEPTED, On.START_DUE, Case.DUE), Row(S.ACTIVE, (Fact.ACTIVATED,))
    yield (S.ACCEPTED, On.START_DUE, Case.NOT_YET_DUE), Row(S.ACCEPTED)
    yield (S.ACCEPTED, On.START_DUE, Case.SOMEBODY_AWAY), Row(S.ACCEPTED)
    yield (S.ACTIVE, On.PAUSE, Case.ALWAYS), Row(S.PAUSED, (Fact.PAUSED,))
    yield (S.PAUSED, On.RESUME, Case.RESTED_BY_COORDINATOR), Row(S.ACTIVE, (Fact.RESUMED,))
    yield (S.PAUSED, On.CONFIRM, Case.OTHERS_AWAITED), Row(S.PAUSED)
    yield (S.PAUSED, On.CONFIRM, Case.ANSWERED_BEFORE), Row(S.PAUSED)
    yield (S.PAUSED, On.CONFIRM, Case.LAST_ANSWER), Row(S.ACTIVE, (Fact.RESUMED,), withheld=True)
    yield (S.ACTIVE, On.END_DUE, Case.DUE), Row(S.COMPLETED, (Fact.COMPLETED,), excludes_pair=True)
    yield (S.ACTIVE, On.END_DUE, Case.NOT_YET_DUE), Row(S.ACTIVE)
    yield (S.ACCEPTED, On.MEMBER_ON_LEAVE, Case.ALWAYS), Row(S.ACCEPTED)
    yield (S.ACTIVE, On.MEMBER_ON_LEAVE, Case.ALWAYS), Row(S.PAUSED, (Fact.PAUSED,))
    yield (S.PAUSED, On.MEMBER_ON_LEAVE, Case.ALWAYS), Row(S.PAUSED)
    for state in (S.ACTIVE, S.PAUSED):
        yield (state, On.COMPLETE, Case.ALWAYS), Row(S.COMPLETED, (Fact.COMPLETED,), excludes_pair=True)
        ended = _ends(EndReason.NOT_A_GOOD_FIT, withheld=True, excludes_pair=True)
        yield (state, On.NOT_A_GOOD_FIT, Case.ALWAYS), ended
    for state in _AGREED:
        yield (state, On.END, Case.ALWAYS), _ends(EndReason.COORDINATOR, excludes_pair=True)
        yield (state, On.OVERRIDE, Case.FLAGGED_BEFORE), Row(state)
        yield (state, On.MEMBER_RETURNED, Case.ALWAYS), Row(state)
        for given, reason in (
            (On.LINE_CONFLICT, EndReason.REPORTING_LINE),
            (On.AUDIENCE_EXIT, EndReason.OUT_OF_AUDIENCE),
        ):
            yield (state, given, Case.POLICY_END), _ends(reason)
            yield (state, given, Case.POLICY_FLAG), Row(state, (Fact.FLAGGED,))
            yield (state, given, Case.FLAGGED_BEFORE), Row(state)


def _everywhere() -> Iterable[tuple[Key, Row]]:
    for state in _LIVE:
        yield (state, On.LOCK, Case.ALWAYS), Row(state)
        yield (state, On.UNLOCK, Case.ALWAYS), Row(state)
        yield (state, On.MEMBER_LEFT, Case.ALWAYS), _ends(EndReason.PARTNER_UNAVAILABLE)
        yield (state, On.MEMBER_DECEASED, Case.ALWAYS), _ends(EndReason.PARTNER_UNAVAILABLE)
        yield (state, On.MEMBER_WITHDREW, Case.ALWAYS), _ends(EndReason.WITHDRAWN, withheld=True)
    for given, states in _STALE_DUE.items():
        for state in states:
            yield (state, given, Case.ALWAYS), Row(state)


TABLE: MappingProxyType[Key, Row] = MappingProxyType(dict((*_answers(), *_relationship(), *_everywhere())))
