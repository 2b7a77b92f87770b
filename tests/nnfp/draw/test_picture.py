"""Test how a picture is shown and saved."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from nnfp import draw
from nnfp.draw import Picture


@pytest.fixture
def picture() -> Picture:
    return draw.neuron([1, 2], [5, -7])


def test_a_notebook_shows_the_svg(picture: Picture) -> None:
    assert picture._repr_svg_() == str(picture) == picture.svg


def test_a_console_shows_the_title(picture: Picture) -> None:
    assert repr(picture) == f"Picture(title={picture.title!r})"


def test_a_picture_cannot_be_changed(picture: Picture) -> None:
    with pytest.raises(FrozenInstanceError):
        picture.svg = ""  # type: ignore[misc]


def test_saving_creates_missing_folders(picture: Picture, tmp_path: Path) -> None:
    path = tmp_path / "figures" / "new" / "neuron.svg"
    picture.save(path)
    assert path.read_bytes() == picture.svg.encode("utf-8")


def test_saving_replaces_an_existing_file(picture: Picture, tmp_path: Path) -> None:
    path = tmp_path / "neuron.svg"
    path.write_text("x" * 100_000)
    picture.save(str(path))
    assert path.read_bytes() == picture.svg.encode("utf-8")


def test_a_leading_tilde_is_the_home_folder(
    picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    picture.save("~/figures/neuron.svg")
    assert (tmp_path / "home/figures/neuron.svg").read_text("utf-8") == picture.svg
    assert not (tmp_path / "~").exists()


def test_an_unknown_home_folder_is_rejected(picture: Picture) -> None:
    with pytest.raises(ValueError, match=r"expected an existing home folder, got '~no.such.user/"):
        picture.save("~no.such.user/neuron.svg")


def test_the_suffix_may_be_in_capitals(picture: Picture, tmp_path: Path) -> None:
    picture.save(tmp_path / "NEURON.SVG")
    assert (tmp_path / "NEURON.SVG").read_text("utf-8") == picture.svg


@pytest.mark.parametrize(
    "name", ["x.png", "x.PNG", "x.svgz", "x.svg.gz", "x", "figures/", ".svg", ".", ""]
)
def test_a_name_that_does_not_end_in_svg_is_rejected(
    picture: Picture, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"expected a file name that ends in \.svg, got '"):
        picture.save(name)
    assert list(tmp_path.iterdir()) == []


def test_saving_to_a_folder_says_what_was_expected(picture: Picture, tmp_path: Path) -> None:
    (tmp_path / "x.svg").mkdir()
    with pytest.raises(
        IsADirectoryError, match=r"expected a file that can be written \(.+\): .*x\.svg"
    ):
        picture.save(tmp_path / "x.svg")


@pytest.mark.parametrize("name", ["file/x.svg", "file/new/x.svg"])
def test_saving_below_a_file_says_what_was_expected(
    picture: Picture, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"expected a file that can be written .*/file"):
        picture.save(tmp_path / name)
