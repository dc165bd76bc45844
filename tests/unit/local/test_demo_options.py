"""What the demo makes of its variables."""

from pathlib import Path

import pytest

from deploy.local.demo.options import BadOption, payloads_of, read_options

ANY = 4711


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.json", "a.json", "LICENSE", "README.md", "notice.txt", ".hidden"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "more").mkdir()
    return tmp_path


def test_without_a_seed_any_is_taken() -> None:
    assert read_options({"SEED": "", "ONCE": ""}, ANY).seed == 4711


def test_a_given_seed_is_taken_as_it_is() -> None:
    assert read_options({"SEED": "0"}, ANY).seed == 0


@pytest.mark.parametrize("text", ["seven", "-1", "1.5", " 7", "²", "9223372036854775808"])
def test_a_seed_that_is_no_whole_number_is_named(text: str) -> None:
    with pytest.raises(BadOption, match=r"^SEED must be a whole number"):
        read_options({"SEED": text}, ANY)


@pytest.mark.parametrize(("text", "once"), [("", False), ("0", False), ("1", True), ("yes", True)])
def test_once_is_whatever_is_not_empty_or_zero(text: str, once: bool) -> None:
    assert read_options({"ONCE": text}, ANY).once is once


def test_licences_hidden_files_and_folders_are_no_payloads(folder: Path) -> None:
    assert [path.name for path in payloads_of(folder)] == ["a.json", "b.json"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match=r"does not exist$"):
        payloads_of(tmp_path / "nowhere")


def test_a_file_is_no_folder(folder: Path) -> None:
    with pytest.raises(BadOption, match=r"is a file$"):
        payloads_of(folder / "a.json")


def test_an_empty_folder_is_named(folder: Path) -> None:
    with pytest.raises(BadOption, match=r"^HRIS holds no HR payload files"):
        payloads_of(folder / "more")


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_named(text: str) -> None:
    with pytest.raises(BadOption, match=r"^PORT must be a number"):
        read_options({"PORT": text}, ANY)
