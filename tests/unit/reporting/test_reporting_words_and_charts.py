"""Languages, numbers, dates and the shapes of charts."""

import re
from datetime import UTC, date, datetime

import pytest

from services.reporting.domain.figures import Interval, Tally
from services.reporting.web.charts import Bar, Column, Segment, bars, columns, segments
from services.reporting.web.language import LANGUAGES, Language, catalog, choose_language

EN, DE = Language("en"), Language("de")
NBSP = "\N{NO-BREAK SPACE}"


def test_every_language_has_the_same_messages_with_the_same_values() -> None:
    for language in LANGUAGES:
        assert set(catalog(language)) == set(catalog("en"))
        for key, message in catalog(language).items():
            assert message.strip(), key
            assert set(re.findall(r"{(\w+)}", message)) == set(re.findall(r"{(\w+)}", catalog("en")[key])), (
                key
            )


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("de", "en", "de"),
        ("fr", "de-AT,de;q=0.9", "de"),
        (None, "fr;q=0.9, de;q=0.8, en;q=0.7", "de"),
        (None, "en;q=0.1, de;q=0.2", "de"),
        (None, "de;q=0, en;q=0.1", "en"),
        (None, None, "en"),
        (None, ";;;,q=,de;q=x", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_browsers_best(
    asked: str | None, accepted: str | None, chosen: str
) -> None:
    assert choose_language(asked, accepted) == chosen


def test_numbers_are_written_as_the_language_does() -> None:
    assert (EN.number(1234), DE.number(1234)) == ("1,234", "1.234")
    assert (EN.number(410, 1, 100), DE.number(410, 1, 100)) == ("4.1", "4,1")
    assert (EN.percent(808_510), DE.percent(808_510)) == ("81%", f"81{NBSP}%")


def test_durations_are_hours_below_two_days_and_days_above() -> None:
    assert EN.duration(3600) == "1 hour"
    assert DE.duration(5400) == "1,5 Stunden"
    assert EN.duration(2 * 86400) == "2 days"
    assert DE.duration(475_200) == "5,5 Tage"


def test_dates_are_words() -> None:
    assert EN.day(date(2027, 3, 8)) == "8 March 2027"
    assert DE.moment(datetime(2027, 3, 8, 9, 5, tzinfo=UTC)) == "8. März 2027, 09:05 UTC"


def test_a_code_that_the_catalog_does_not_know_is_shown_as_it_is() -> None:
    assert DE.term("health", "on_track") == "Auf Kurs"
    assert DE.term("function", "quality_assurance") == "Quality assurance"


def test_counted_things_have_a_singular() -> None:
    assert EN.count("load.row", 1) == "1 match"
    assert DE.count("load.row", 0) == "0 Paare"


def test_bars_are_drawn_over_the_largest_and_a_withheld_one_has_no_width() -> None:
    drawn = bars([Tally("a", 40), Tally("b", 10), Tally("c", None), Tally("d", 0)], steps=True)

    assert drawn == (
        Bar("a", 40, 1000, None),
        Bar("b", 10, 250, 250_000),
        Bar("c", None, 0, None),
        Bar("d", 0, 0, None),
    )


def test_a_count_that_is_not_zero_is_always_visible() -> None:
    assert bars([Tally("a", 9999), Tally("b", 1)])[1].width == 4


def test_a_stacked_bar_leaves_small_gaps_and_stays_inside() -> None:
    drawn = segments([Tally("a", 3), Tally("b", 0), Tally("c", 1)])

    assert drawn == (Segment("a", 3, 0, 746), Segment("b", 0, 750, 0), Segment("c", 1, 750, 246))
    assert segments([Tally("a", None)]) == (Segment("a", None, 0, 0),)


def test_columns_rise_with_the_share_that_was_kept() -> None:
    whole, hidden = Interval(1, 3, 1), Interval(2, None, None)

    assert columns([whole, hidden]) == (Column(whole, 0, 25), Column(hidden, 40, None))
