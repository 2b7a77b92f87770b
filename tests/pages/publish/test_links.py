"""Test that links of a page lead to the same place when the page is read elsewhere."""

from pathlib import Path

import pytest

from pages.page import PageError, read_page
from pages.publish.links import Links

SITE = "https://site.org/base/"
OBJECTS = {
    "lib.mod.f": f"{SITE}reference/mod/#lib.mod.f",
    "other.C": "https://other.org/classes.html#other.C",
}


def rewrite(folder: Path, text: str, source: str = "learn/page.md") -> str:
    """Rewrite the links of a page with this text."""
    path = folder / source
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    page = read_page(path)
    return Links(page, folder, SITE, OBJECTS).absolute(page.lines, 1).removesuffix("\n")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("b.md", "learn/b/"),
        ("b.md#part", "learn/b/#part"),
        ("b.md?x=1#part", "learn/b/?x=1#part"),
        ("../index.md", ""),
        ("../about/index.md", "about/"),
        ("../assets/a.css", "assets/a.css"),
        ("#part", "learn/page/#part"),
        ("my page.md", "learn/my%20page/"),
        ("my%20page.md", "learn/my%20page/"),
        ("café.md", "learn/caf%C3%A9/"),
        ("1.2-intro.md", "learn/1.2-intro/"),
        ("b_(1).md", "learn/b_%281%29/"),
    ],
)
def test_a_link_to_a_file_becomes_absolute(tmp_path: Path, link: str, url: str) -> None:
    assert rewrite(tmp_path, f"A [text]({link}).") == f"A [text]({SITE}{url})."


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ('[t](b.md "T")', f'[t]({SITE}learn/b/ "T")'),
        ("[t](b.md 'A \"T\"')", f"[t]({SITE}learn/b/ 'A \"T\"')"),
        ('[t](b.md "(T)")', f'[t]({SITE}learn/b/ "(T)")'),
        ("[t](<b.md>)", f"[t]({SITE}learn/b/)"),
        ('[t](<b.md> "T")', f'[t]({SITE}learn/b/ "T")'),
        ("[t]( b.md )", f"[t]({SITE}learn/b/)"),
        ("[two\nlines](b.md)", f"[two\nlines]({SITE}learn/b/)"),
        ("> [two\n> lines](b.md)", f"> [two\n> lines]({SITE}learn/b/)"),
        ("[`x[0]`](b.md)", f"[`x[0]`]({SITE}learn/b/)"),
        ("[`x[`](b.md)", f"[`x[`]({SITE}learn/b/)"),
        ("[$w[0]$](b.md)", f"[$w[0]$]({SITE}learn/b/)"),
        ("[a [b] c](b.md)", f"[a [b] c]({SITE}learn/b/)"),
        ("[a](b.md) [c](d.md)", f"[a]({SITE}learn/b/) [c]({SITE}learn/d/)"),
        ("$5.\n\n[a](b.md) cost$", f"$5.\n\n[a]({SITE}learn/b/) cost$"),
        ("$5 or [a](b.md) $6", f"$5 or [a]({SITE}learn/b/) $6"),
    ],
)
def test_links_in_any_syntax_become_absolute(tmp_path: Path, link: str, absolute: str) -> None:
    assert rewrite(tmp_path, link) == absolute


@pytest.mark.parametrize("link", ["[t][Name]", "[t] [name]", "[t][name] and more"])
def test_a_link_to_a_definition_becomes_an_absolute_one(tmp_path: Path, link: str) -> None:
    text = rewrite(tmp_path, f'{link}\n\n[name]: b.md "T"')
    assert text.startswith(f"[t]({SITE}learn/b/)")
    assert "b.md" not in text


@pytest.mark.parametrize("link", ["[name]", "[name][]"])
def test_a_name_in_brackets_links_to_its_definition(tmp_path: Path, link: str) -> None:
    text = rewrite(tmp_path, f"{link}\n\n[name]: https://else.org/a")
    assert text.rstrip() == "[name](https://else.org/a)"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("[f][lib.mod.f]", f"[f]({OBJECTS['lib.mod.f']})"),
        ("[`lib.mod.f`][]", f"[`lib.mod.f`]({OBJECTS['lib.mod.f']})"),
        ("[`C`][other.C]", f"[`C`]({OBJECTS['other.C']})"),
    ],
)
def test_a_link_to_an_object_leads_to_its_documentation(
    tmp_path: Path, link: str, absolute: str
) -> None:
    assert rewrite(tmp_path, link) == absolute


@pytest.mark.parametrize(
    "text",
    [
        "`a[0](x.md)` and `b[0][1]`",
        "$w[0][1]$ and $w[0](x)$",
        "$$\nw[0][1]\n\nw[1][0]\n$$",
        "$a$ and $w[0][1] +\nw[0][2]$",
        "A note.[^1]\n\n[^1]: Its text.",
        "a[0] (x) [b]",
        r"\[a](b.md) and \[c][d]",
        "[a\n\nb](c.md)",
        "- [ ] to do\n- [x] done",
        "[a](https://else.org/b.md)",
        "[a](mailto:a@else.org)",
    ],
)
def test_text_without_links_stays_unchanged(tmp_path: Path, text: str) -> None:
    assert rewrite(tmp_path, text) == text


@pytest.mark.parametrize("name", ["lib.mod.g", "word", ""])
def test_a_link_to_an_unknown_object_is_rejected_with_its_line(tmp_path: Path, name: str) -> None:
    expected = f"4: expected a link to a documented object, got {name or 'text'}$"
    with pytest.raises(PageError, match=expected):
        rewrite(tmp_path, f"Text.\n\nMore\n[text][{name}]")


@pytest.mark.parametrize(
    ("name", "url"), [("lib.mod.f", OBJECTS["lib.mod.f"]), ("lib.mod", f"{SITE}learn/page/")]
)
def test_an_api_entry_becomes_a_link_of_as_many_lines(tmp_path: Path, name: str, url: str) -> None:
    assert rewrite(tmp_path, f"::: {name}\n    options:\n      a: 1\n\nText") == (
        f"On its API page, with its source: [`{name}`]({url})\n\n\n\nText"
    )
