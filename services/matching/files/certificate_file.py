"""certificate.npz: what proves a result, an array for each kind of price, by id."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.files.folder import CERTIFICATE
from services.matching.files.people import People

Arrays = dict[str, NDArray[Any]]


def read_certificate(
    folder: Path,
    people: People,
    complain: Callable[[str, str], None],
    *more: str,
    rounds: int | None = None,
) -> Arrays | None:
    """`price`, and those of `more` that are there, in the order of the people; with `rounds`, a row a round.

    None where there is no certificate, or none of this market: then it was complained of, by code and text.
    """
    path = folder / CERTIFICATE
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            ids = pa.array([bytes(one).decode() for one in arrays["id"]], pa.string())
            found = {"price": arrays["price"]} | {name: arrays[name] for name in more if name in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        complain("certificate_unreadable", f"{path}: {error}")
        return None
    order = people.positions(ids)
    whole = len(order) == len(people) and np.array_equal(np.sort(order), np.arange(len(order)))
    shape = order.shape if rounds is None else (rounds, *order.shape)
    if not whole or any(one.shape != shape for one in found.values()) or found["price"].dtype != np.int64:
        complain("certificate_of_another_market", f"{path}: its ids and arrays are not those of the market")
        return None
    back = np.argsort(order)
    return {name: one[..., back] for name, one in found.items()}
