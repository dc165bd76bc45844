"""The inputs of a run as one text, and back: what a run is explained from and replayed with.

The text is the canonical one, so that its SHA-256 is the run's inputs hash.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.matching.domain.hours import LocalInterval, WeeklyHours
from services.matching.domain.run.canonical import canonical_json
from services.matching.domain.run.market import Candidate, LockedPair, Market, ParticipantId, PersonId, Role
from services.matching.domain.run.settings import Format, RunSettings, Weights


def inputs_text(market: Market, settings: RunSettings) -> str:
    """Everything that a run reads, in one canonical text."""
    return canonical_json((market, settings))


def read_inputs(text: str) -> tuple[Market, RunSettings]:
    """What `inputs_text` wrote."""
    market, settings = json.loads(text)
    return _market(market), _settings(settings)


def inputs_hash(text: str) -> str:
    """The hash that a run of these inputs has."""
    return sha256(text.encode()).hexdigest()


def without_person(market: Market, person_id: UUID) -> Market:
    """The market once a person is forgotten: ids, roles and seats stay, whatever was known goes."""
    return replace(
        market,
        candidates=tuple(
            Candidate(
                participant_id=one.participant_id,
                person_id=one.person_id,
                roles=one.roles,
                mentor_seats=one.mentor_seats,
                mentee_slots=one.mentee_slots,
            )
            if one.person_id == person_id
            else one
            for one in market.candidates
        ),
    )


def _market(stored: Mapping[str, Any]) -> Market:
    return Market(
        candidates=tuple(map(_candidate, stored["candidates"])),
        exclusions=frozenset(frozenset(map(_person, pair)) for pair in stored["exclusions"]),
        locked=frozenset(
            LockedPair(_participant(pair["mentor"]), _participant(pair["mentee"]))
            for pair in stored["locked"]
        ),
    )


def _candidate(stored: Mapping[str, Any]) -> Candidate:
    hours = stored["hours"]
    return Candidate(
        participant_id=_participant(stored["participant_id"]),
        person_id=_person(stored["person_id"]),
        roles=frozenset(map(Role, stored["roles"])),
        mentor_seats=stored["mentor_seats"],
        mentee_slots=stored["mentee_slots"],
        skills_wanted=frozenset(stored["skills_wanted"]),
        skills_offered=frozenset(stored["skills_offered"]),
        function=stored["function"],
        job_level=stored["job_level"],
        languages=frozenset(stored["languages"]),
        hours=None
        if hours is None
        else WeeklyHours(hours["zone"], tuple(LocalInterval(**each) for each in hours["intervals"])),
        line_above=frozenset(map(_person, stored["line_above"])),
        in_audience=stored["in_audience"],
        groups=tuple((field, value) for field, value in stored["groups"]),
        choices=tuple(map(_person, stored["choices"])),
    )


def _settings(stored: Mapping[str, Any]) -> RunSettings:
    typed = {
        "format": Format(stored["format"]),
        "weights": Weights(**stored["weights"]),
        "weeks": tuple(map(date.fromisoformat, stored["weeks"])),
    }
    return RunSettings(**{**stored, **typed})


def _person(text: str) -> PersonId:
    return PersonId(UUID(text))


def _participant(text: str) -> ParticipantId:
    return ParticipantId(UUID(text))
