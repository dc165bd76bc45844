"""The unit of a scores file: whole millionths, or decimals of one."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

import numpy as np
from numpy.typing import NDArray

FULL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """How scores are written. Within the program they are always millionths."""

    decimal: bool

    @property
    def name(self) -> str:
        """As run.json has it."""
        return "decimal" if self.decimal else "millionths"

    def show(self, millionths: int) -> int | float:
        """A score or a sum of scores, as a JSON number; exact to the millionth up to 9 billion people."""
        return millionths / FULL if self.decimal else millionths

    def texts(self, millionths: NDArray[np.int64]) -> list[str]:
        """Scores as the result's files have them."""
        if not self.decimal:
            return [str(score) for score in millionths.tolist()]
        return [f"{score // FULL}.{score % FULL:06d}" for score in millionths.tolist()]

    def parse(self, text: str) -> int:
        """A score in millionths; past the sixth decimal rounded half to even. Raises ValueError."""
        try:
            number = Decimal(text.strip())
        except InvalidOperation as error:
            raise ValueError(f"{text!r} is no number") from error
        if not number.is_finite():
            raise ValueError(f"{text!r} is no number")
        if self.decimal:
            if not 0 <= number <= 1:
                raise OverflowError(f"{text} is not within 0..1")
            return int((number * FULL).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
        if number != number.to_integral_value():
            raise ValueError(f"{text!r} is no whole number")
        if not 0 <= number <= FULL:
            raise OverflowError(f"{text} is not within 0..{FULL}")
        return int(number)
