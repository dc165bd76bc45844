"""Files that spreadsheets only show, and the pure parts of signing in."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.login import (
    LoginAttempt,
    authorize_url,
    challenge,
    read_attempt,
    safe_next,
)
from services.reporting.domain.table_file import guarded, to_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\N{NO-BREAK SPACE}=1"]
)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Leadership", "a=b", "10 - 4", "Über uns"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


def test_a_file_has_the_lines_and_quotes_of_rfc_4180() -> None:
    text = to_csv(("name", "count"), [('say "hi", twice', 3), ("two\nlines", None), ("=cmd", -5)])

    assert text == 'name,count\r\n"say ""hi"", twice",3\r\n"two\nlines",\r\n\'=cmd,-5\r\n'


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_file_can_be_read_back_and_no_cell_of_it_is_a_formula(rows: list[tuple[str, str]]) -> None:
    read = list(csv.reader(io.StringIO(to_csv(("a", "b"), rows), newline="")))

    assert read[1:] == [[guarded(a), guarded(b)] for a, b in rows]
    assert not any(cell[:1] in set("=+-@\t\r\n") - {""} for row in read for cell in row if cell)


@pytest.mark.parametrize("path", ["/", "/programs/1?cohort=2&lang=de"])
def test_a_path_of_this_site_may_follow_the_sign_in(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "programs",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "/\t/evil.example",
        "/ä",
        "/" + "a" * 500,
    ],
)
def test_nothing_else_may_follow_the_sign_in(path: str | None) -> None:
    assert safe_next(path) == "/"


def test_the_code_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_an_attempt_survives_its_cookie_and_nothing_else_is_read_as_one() -> None:
    attempt = LoginAttempt("state", "nonce", "verifier", "/programs/1")

    assert read_attempt(attempt.to_text()) == attempt
    assert read_attempt("") is None
    assert read_attempt("not base64 !") is None
    assert read_attempt("W10") is None
    assert read_attempt(LoginAttempt("", "n", "v", "/").to_text()) is None
    forged = LoginAttempt("s", "n", "v", "//evil.example").to_text()
    assert read_attempt(forged) == LoginAttempt("s", "n", "v", "/")


@given(st.text(max_size=300))
def test_no_cookie_makes_reading_an_attempt_fail(text: str) -> None:
    assert read_attempt(text) is None or isinstance(read_attempt(text), LoginAttempt)


def test_the_browser_is_sent_to_the_issuer_with_the_challenge_and_never_the_verifier() -> None:
    attempt = LoginAttempt("s t", "n", "secret-verifier", "/")
    url = authorize_url(
        "https://issuer.example/authorize?tenant=1",
        attempt,
        client_id="console",
        redirect_uri="https://mentoring.example/login/callback",
        scope="openid",
    )

    assert url.startswith("https://issuer.example/authorize?tenant=1&response_type=code&client_id=console")
    assert "state=s+t&nonce=n&code_challenge=" in url
    assert url.endswith("&code_challenge_method=S256")
    assert "secret-verifier" not in url


def test_times_in_a_file_are_text_of_iso_8601() -> None:
    text = to_csv(("at",), [(datetime(2027, 1, 5, 9, tzinfo=UTC).isoformat(),)])

    assert text == "at\r\n2027-01-05T09:00:00+00:00\r\n"
