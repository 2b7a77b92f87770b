"""Test that names of objects link to their documentation, here and in other projects."""

import pydoc
from pathlib import Path

import pytest
from mkdocstrings import Inventory

from pages.project import ROOT, site_config
from pages.publish.inventory import checksum, find_objects, main, make_inventory

THEME = ROOT / "docs/_theme"
LISTED = {
    project: make_inventory(project, (THEME / f"{project}-names.txt").read_text(encoding="utf-8"))
    for project in ("torch", "python")
}


@pytest.mark.parametrize("project", LISTED)
def test_an_inventory_is_made_from_its_list_of_names(project: str) -> None:
    assert (THEME / f"{project}.inv").read_bytes() == LISTED[project].format_sphinx(), (
        f"run: python -m pages.publish.inventory docs/_theme/{project}-names.txt"
    )


@pytest.mark.parametrize("project", LISTED)
def test_the_site_reads_the_current_version_of_the_inventory(project: str) -> None:
    url = f"file:docs/_theme/{project}.inv#{checksum(THEME / f'{project}.inv')}"
    assert url in str(site_config()["plugins"])


@pytest.mark.parametrize("name", [name for names in LISTED.values() for name in names])
def test_every_listed_name_exists(name: str) -> None:
    assert pydoc.locate(name) is not None


def test_lines_without_a_name_are_ignored() -> None:
    assert list(make_inventory("lib", "# A comment.\n\nlib.f\n")) == ["lib.f"]


def test_the_command_writes_an_inventory_next_to_its_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lib-names.txt").write_text("lib.f\n")
    monkeypatch.setattr("sys.argv", ["inventory", str(tmp_path / "lib-names.txt")])
    main()
    with (tmp_path / "lib.inv").open("rb") as file:
        assert Inventory.parse_sphinx(file)["lib.f"].uri == "generated/lib.f.html#lib.f"
    assert capsys.readouterr().out.strip() == checksum(tmp_path / "lib.inv")


def test_objects_of_both_projects_are_found(site: Path) -> None:
    objects = find_objects(site, "https://site.org/")
    torch = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html#torch.nn.Linear"
    assert objects["torch.nn.Linear"] == torch
    here = "https://site.org/reference/layer/#nnfp.layer.Linear"
    assert objects["nnfp.layer.Linear"] == here
    assert objects["nnfp.Linear"] == here


def test_the_offline_inventory_links_to_the_published_site(site: Path, offline: Path) -> None:
    with (offline / "objects.inv").open("rb") as file:
        assert Inventory.parse_sphinx(file)["nnfp.layer.Linear"].uri.startswith("reference/layer.")
    assert find_objects(offline, "https://site.org/") == find_objects(site, "https://site.org/")
