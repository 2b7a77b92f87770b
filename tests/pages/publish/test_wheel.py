"""Test that the site has a wheel of the package, which readers install from there."""

import email
import tomllib
import zipfile
from pathlib import Path

import pytest

import nnfp
from pages.project import ROOT
from pages.publish.wheel import wheel_name, write_wheel


@pytest.mark.parametrize("fixture", ["site", "offline"])
def test_the_site_has_a_wheel_of_the_package(fixture: str, request: pytest.FixtureRequest) -> None:
    site: Path = request.getfixturevalue(fixture)
    [wheel] = site.rglob("*.whl")
    assert wheel == site / f"nnfp-{nnfp.__version__}-py3-none-any.whl"


def test_the_wheel_contains_every_file_of_the_package(site: Path) -> None:
    with zipfile.ZipFile(site / wheel_name()) as wheel:
        packed = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info" not in name}
    files = [
        path
        for path in (ROOT / "nnfp").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert packed == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}
    assert "nnfp/data/speed-xeon.json" in packed


def test_the_wheel_lists_what_the_package_and_the_pages_need(site: Path) -> None:
    with zipfile.ZipFile(site / wheel_name()) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = email.message_from_bytes(wheel.read(name))
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = [f"{name}; extra == 'learn'" for name in needed["optional-dependencies"]["learn"]]
    listed = metadata.get_all("Requires-Dist")
    assert listed is not None
    assert {*needed["dependencies"], *extra} <= set(listed)


def test_building_the_wheel_again_gives_the_same_bytes(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert write_wheel(tmp_path).read_bytes() == (site / wheel_name()).read_bytes()
