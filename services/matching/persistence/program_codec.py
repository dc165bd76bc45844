"""Terms as JSON and back."""

from typing import Any, Final, cast

from pydantic import TypeAdapter

from services.matching.domain.programs.terms import ProgramTerms

TERMS: Final = TypeAdapter(ProgramTerms)


def terms_to_json(terms: ProgramTerms | None) -> dict[str, Any] | None:
    """The terms as stored."""
    return None if terms is None else cast("dict[str, Any]", TERMS.dump_python(terms, mode="json"))


def terms_from_json(stored: object) -> ProgramTerms | None:
    """The terms that were stored."""
    return None if stored is None else TERMS.validate_python(stored)
