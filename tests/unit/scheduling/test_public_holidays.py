"""Public holidays by country and subdivision."""

from datetime import date

import pytest

from services.scheduling.holidays import PublicHolidays


@pytest.fixture(scope="module")
def holidays() -> PublicHolidays:
    return PublicHolidays()


@pytest.mark.parametrize("subdivision", ["BY", "DE-BY", "de-by", " by "])
def test_epiphany_is_a_holiday_in_bavaria(holidays: PublicHolidays, subdivision: str) -> None:
    days = holidays.between("DE", subdivision, date(2027, 1, 1), date(2027, 1, 31))
    assert days == {date(2027, 1, 1), date(2027, 1, 6)}


@pytest.mark.parametrize("subdivision", [None, "", "BE-WRONG", "US-NY", "XX"])
def test_an_unknown_subdivision_has_its_countrys_holidays(
    holidays: PublicHolidays, subdivision: str | None
) -> None:
    days = holidays.between("DE", subdivision, date(2027, 1, 1), date(2027, 1, 31))
    assert days == {date(2027, 1, 1)}


@pytest.mark.parametrize("country", [None, "", "XX", "Germany"])
def test_an_unknown_country_has_none(holidays: PublicHolidays, country: str | None) -> None:
    assert holidays.between(country, None, date(2027, 1, 1), date(2027, 12, 31)) == frozenset()


@pytest.mark.parametrize("country", ["GB", "UK", "gbr"])
def test_the_country_may_be_written_as_hr_systems_do(holidays: PublicHolidays, country: str) -> None:
    assert date(2027, 12, 27) in holidays.between(country, "ENG", date(2027, 12, 1), date(2027, 12, 31))


def test_both_ends_count_and_a_window_may_cross_the_new_year(holidays: PublicHolidays) -> None:
    days = holidays.between("FR", None, date(2026, 12, 25), date(2027, 1, 1))
    assert days == {date(2026, 12, 25), date(2027, 1, 1)}


def test_a_small_memory_forgets_and_still_answers() -> None:
    small = PublicHolidays(kept_years=1)
    for country in ("DE", "FR", "DE"):
        assert date(2027, 5, 1) in small.between(country, None, date(2027, 1, 1), date(2027, 12, 31))
    assert small.kept() == 1
