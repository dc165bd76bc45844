"""Bad records, unknown ones and erasure."""

from dataclasses import replace

from services.reporting.handlers.participants import UnknownParticipant
from shared.events.engagement import FitAnswer, FitCheckAnswered
from shared.events.participants import ParticipantPaused
from shared.events.people import PersonChanged, PersonStatus
from shared.messaging.records import Record
from tests.component.reporting.reporting_world import COORDINATOR, PROGRAM, ident
from tests.support.harness import Harness


async def test_an_erased_person_leaves_no_login_and_keeps_the_facts(
    reporting: Harness, recorded: list[Record]
) -> None:
    await reporting.process(*recorded)
    person = ident("person", 3)

    await reporting.erase(PersonChanged, person)

    assert await _count(reporting, f"person where person_id = '{person}'") == 0
    assert await _count(reporting, "person where login_subject = 'login-3'") == 0
    assert await _count(reporting, f"participant where person_id = '{person}'") == 1
    assert await _count(reporting, f"match_member where person_id = '{person}'") == 2


async def test_erasing_somebody_nobody_knows_does_nothing(reporting: Harness) -> None:
    await reporting.erase(PersonChanged, ident("person", 77))

    assert await _count(reporting, "set_aside") == 0


async def test_no_name_and_no_address_of_anybody_is_in_the_store(
    reporting: Harness, recorded: list[Record]
) -> None:
    """Every row of every table, as text."""
    await reporting.process(*recorded)
    tables = [
        row["tablename"]
        for row in await reporting.fetch("select tablename from pg_tables where schemaname = 'public'")
    ]
    text = ""
    for table in tables:
        rows = await reporting.fetch(f"select to_jsonb(t)::text as line from {table} t")  # noqa: S608
        text += "".join(row["line"] for row in rows)

    assert "login-3" in text
    for canary in ("Zebedee", "Quillfeather", "example.com", "Ines"):
        assert canary not in text


async def test_a_bad_record_blocks_its_key_and_nothing_else(
    reporting: Harness, recorded: list[Record]
) -> None:
    """A broken body, a header that is None or no UTF-8, and a body that is missing."""
    sessions = [record for record in recorded if record.topic == "mentoring.sessions.v1"]
    first_of_key = {record.key: record for record in reversed(sessions)}
    broken = list(first_of_key.values())[:4]
    sequence = b"ce_sequence"
    bad = {
        broken[0]: replace(broken[0], value=b"{"),
        broken[1]: replace(broken[1], headers=_with(broken[1], "ce_type", None)),
        broken[2]: replace(broken[2], headers=_with(broken[2], "ce_type", b"\xff\xfe")),
        broken[3]: replace(broken[3], value=None),
    }
    assert sequence.decode() in dict(broken[0].headers)

    await reporting.process(*(bad.get(record, record) for record in recorded))

    assert await _count(reporting, "set_aside where status = 'dead'") == 4
    assert await _count(reporting, "session") == len(
        {
            record.headers
            for record in sessions
            if record.key not in {b.key for b in broken} and _is_new(record)
        }
    )
    assert await _count(reporting, "match") == 26


async def test_an_unknown_type_is_kept_and_the_next_record_applied(reporting: Harness) -> None:
    answered = FitCheckAnswered(match_id=ident("match"), program_id=PROGRAM, answer=FitAnswer.GOOD_FIT)
    unknown, known = reporting.record(answered), reporting.record(answered)

    await reporting.process(
        replace(unknown, headers=_with(unknown, "ce_type", b"mentoring.mood.changed.v1")), known
    )

    assert await _count(reporting, "set_aside where status = 'skipped'") == 1
    assert await _count(reporting, "fit_tally where answers = 1") == 1


async def test_an_unknown_code_of_a_known_event_reads_as_other(reporting: Harness) -> None:
    answered = FitCheckAnswered(match_id=ident("match"), program_id=PROGRAM, answer=FitAnswer.GOOD_FIT)
    record = reporting.record(answered)
    assert record.value is not None

    await reporting.process(replace(record, value=record.value.replace(b"good_fit", b"perfect_fit")))

    assert await _count(reporting, "fit_tally where answer = 'other'") == 1


async def test_a_change_of_a_participant_who_never_enrolled_is_refused(reporting: Harness) -> None:
    await reporting.deliver(ParticipantPaused(participant_id=ident("participant", 1)))

    refused = await reporting.fetch("select status, detail from set_aside")
    assert [row["status"] for row in refused] == ["dead"]
    assert refused[0]["detail"] == UnknownParticipant.__name__


async def test_a_person_keeps_the_latest_state(reporting: Harness) -> None:
    for status, login in ((PersonStatus.ACTIVE, "a"), (PersonStatus.LEFT, None)):
        await reporting.deliver(PersonChanged(person_id=COORDINATOR, status=status, login_subject=login))

    assert await reporting.fetch("select status, login_subject from person") == [
        {"status": "left", "login_subject": None}
    ]


def _with(record: Record, name: str, value: bytes | None) -> tuple[tuple[str, bytes | None], ...]:
    return tuple((key, value if key == name else old) for key, old in record.headers)


def _is_new(record: Record) -> bool:
    return dict(record.headers)["ce_type"] == b"mentoring.session.scheduled.v1"


async def _count(harness: Harness, what: str) -> int:
    rows = await harness.fetch(f"select count(*) as rows from {what}")  # noqa: S608  of this file
    return int(rows[0]["rows"])
