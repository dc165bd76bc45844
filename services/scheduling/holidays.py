"""Public holidays by country and subdivision, from the `holidays` library."""

from datetime import date
from functools import lru_cache
from typing import Final

from holidays import country_holidays, list_supported_countries

from services.scheduling.domain.zones import country_code

_KEPT_YEARS: Final = 512


class PublicHolidays:
    """The public holidays of work places; a bounded number of (country, subdivision, year) is remembered.

    A subdivision is an ISO 3166-2 code with or without its country (`DE-BY`, `BY`). One that the library does
    not know has its country's holidays; a country that it does not know has none.
    """

    def __init__(self, kept_years: int = _KEPT_YEARS) -> None:
        self._supported = list_supported_countries(include_aliases=True)
        self._year = lru_cache(maxsize=kept_years)(_holidays_of)

    def between(
        self, country: str | None, subdivision: str | None, first: date, last: date
    ) -> frozenset[date]:
        """The holidays from `first` to `last`, both included; any country code that `country_code` knows."""
        code = country_code(country)
        if code is None or code not in self._supported:
            return frozenset()
        part = self._part(code, subdivision)
        years = range(first.year, last.year + 1)
        return frozenset(
            day for year in years for day in self._year(code, part, year) if first <= day <= last
        )

    def kept(self) -> int:
        """How many years are remembered now."""
        return self._year.cache_info().currsize

    def _part(self, country: str, subdivision: str | None) -> str | None:
        part = (subdivision or "").strip().upper().removeprefix(f"{country}-")
        return part if part in self._supported[country] else None


def _holidays_of(country: str, part: str | None, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, subdiv=part, years=year))
