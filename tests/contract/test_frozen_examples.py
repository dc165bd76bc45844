"""An example that was published is never edited: somebody's archive holds that very event."""

from pathlib import Path

import pytest

from shared.events import frozen
from shared.events.contracts import EXAMPLES
from shared.events.frozen import FROZEN, digests, read_frozen, violations


def test_every_example_is_frozen_as_it_was_published() -> None:
    """`make contracts` freezes new ones; the list is part of the change that adds them."""
    found = digests(EXAMPLES)

    assert len(found) >= 74
    assert read_frozen(FROZEN.read_text(encoding="utf-8")) == found


def test_a_changed_or_removed_example_is_a_violation_and_a_new_one_is_not() -> None:
    """Planted by hand: one of each."""
    published = {
        "a.v1/example-1.json": "1" * 64,
        "a.v1/example-2.json": "2" * 64,
        "b.v1/example-1.json": "3" * 64,
    }
    found = {
        "a.v1/example-1.json": "9" * 64,
        "b.v1/example-1.json": "3" * 64,
        "b.v1/example-2.json": "4" * 64,
    }

    assert violations(published, found) == [
        "a.v1/example-2.json was removed",
        "a.v1/example-1.json was changed",
    ]


def test_the_generator_freezes_what_is_new_and_refuses_what_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list can only grow."""
    monkeypatch.setattr(frozen, "EXAMPLES", tmp_path)
    monkeypatch.setattr(frozen, "FROZEN", tmp_path / "frozen.sha256")
    (tmp_path / "a.v1").mkdir()
    (tmp_path / "a.v1" / "example-1.json").write_bytes(b"{}")
    frozen.main()

    # The digest of the two bytes {} as sha256sum prints it.
    assert (tmp_path / "frozen.sha256").read_text() == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  a.v1/example-1.json\n"
    )
    assert capsys.readouterr().out == "1 examples frozen\n"

    (tmp_path / "a.v1" / "example-1.json").write_bytes(b"{ }")
    with pytest.raises(SystemExit, match=r"a\.v1/example-1\.json was changed"):
        frozen.main()
