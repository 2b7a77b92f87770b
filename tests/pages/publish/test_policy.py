"""The policy: what the site's own pages need runs, and nothing else."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from pages.publish.policy import main, policy


def hash_of(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def test_the_scripts_of_all_pages_are_listed_once_and_in_one_order() -> None:
    one, two = "<script>a()</script>", '<script id="b">b()\n</script>'
    scripts = sorted([hash_of("a()"), hash_of("b()\n")])
    assert f"script-src 'self' {' '.join(scripts)};" in policy([one, two, one])
    assert policy([one, two]) == policy([two, one])


@pytest.mark.parametrize(
    "script",
    ['<script src="a.js"></script>', '<script id="c" type="application/json">{"a": 1}</script>'],
)
def test_files_and_data_need_no_hash(script: str) -> None:
    assert "script-src 'self';" in policy([script])


def test_it_is_written_into_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = '<meta charset="utf-8"><script>a()</script>'
    for name in ("index.html", "learn/index.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(page, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["policy", str(tmp_path)])
    main()
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith('<meta charset="utf-8"><meta http-equiv="Content-Security-Policy"')
        assert policy([page]) in text


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ({}, "expected the folder of a built site, got .*: no page in it"),
        ({"index.html": "<p>"}, "expected <meta charset=.* in .*index.html, and found none"),
    ],
)
def test_what_is_no_site_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: dict[str, str], sentence: str
) -> None:
    for name, text in pages.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["policy", str(tmp_path)])
    with pytest.raises(SystemExit, match=sentence):
        main()
