"""Test that the Content-Security-Policy allows what the site's pages need, and nothing else."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from pages.publish.policy import complete_policy, hash_scripts


def hash_of(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def test_each_script_is_listed_once_in_sorted_order() -> None:
    one, two = "<script>a()</script>", '<script id="b">b()\n</script>'
    listed = " ".join(sorted([hash_of("a()"), hash_of("b()\n")]))
    assert hash_scripts([one, two, one]) == hash_scripts([two, one]) == listed


@pytest.mark.parametrize(
    "script",
    ['<script src="a.js"></script>', '<script id="c" type="application/json">{"a": 1}</script>'],
)
def test_only_inline_scripts_need_a_hash(script: str) -> None:
    assert hash_scripts([script]) == ""


def test_each_page_lists_the_scripts_of_all_pages(tmp_path: Path) -> None:
    (tmp_path / "learn").mkdir()
    for name, script in (("index.html", "a()"), ("learn/index.html", "b()")):
        (tmp_path / name).write_text(f"<meta 'inline-scripts'><script>{script}</script>")
    complete_policy(tmp_path)
    for path in tmp_path.rglob("*.html"):
        assert hash_of("a()") in path.read_text()
        assert hash_of("b()") in path.read_text()


def test_each_page_of_the_site_has_the_policy_before_its_first_script(site: Path) -> None:
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        [policy] = re.findall('<meta http-equiv="Content-Security-Policy" content="(.*)">', html)
        assert policy.startswith("default-src 'self'; script-src 'self' 'sha256-")
        assert "inline-scripts" not in policy
        assert html.index(policy) < html.index("<script")


def test_the_offline_site_has_no_policy(offline: Path) -> None:
    html = (offline / "index.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" not in html
