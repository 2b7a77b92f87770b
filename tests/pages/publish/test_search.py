"""Test the steps that complete the search index of the built site."""

import json
from pathlib import Path

import pytest

from pages.publish.search import complete_offline_search, defer_search, find_subjects


def code(*lines: str) -> str:
    text = "\n".join(lines)
    return f'<div data-search-exclude class="language-python highlight"><pre>{text}</pre></div>'


def page(**sections: str) -> str:
    """Return a page with a title and an introduction, and a section for each argument."""
    headings = (f'<h2 id="{name}">{name}</h2>{html}' for name, html in sections.items())
    return '<h1 id="title">Title</h1><p>The <strong>start</strong>.</p>' + "".join(headings)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site with the index that MkDocs writes, and two of its pages."""
    (tmp_path / "search").mkdir()
    docs = [
        {"location": "glossary/", "title": "Glossary"},
        {"location": "learn/layer/", "title": "Größe"},
        {"location": "learn/layer/#chain", "title": "Chain"},
        {"location": "learn/neuron/", "title": "Neuron"},
    ]
    index = {"config": {"lang": ["en"]}, "docs": docs}
    path = tmp_path / "search/search_index.json"
    path.write_text(json.dumps(index), encoding="utf-8")
    for name in ("layer", "neuron"):
        folder = tmp_path / "learn" / name
        folder.mkdir(parents=True)
        html = page(chain="A <strong>chain</strong>.")
        (folder / "index.html").write_text(html, encoding="utf-8")
    return tmp_path


def test_texts_are_in_a_separate_file_in_the_order_of_the_menu(site: Path) -> None:
    defer_search(site)
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    assert index == {"config": {"lang": ["en"]}, "docs": []}
    docs = json.loads((site / "search/docs.json").read_text(encoding="utf-8"))
    assert docs == [
        {"location": "learn/neuron/", "title": "Neuron", "about": ["start"]},
        {"location": "learn/layer/", "title": "Größe", "about": ["start"]},
        {"location": "learn/layer/#chain", "title": "Chain", "about": ["chain"]},
        {"location": "glossary/", "title": "Glossary"},
    ]


def test_a_site_without_a_server_has_its_texts_in_a_script(site: Path) -> None:
    complete_offline_search(site)
    script = (site / "search/search_index.js").read_text(encoding="utf-8")
    variable, index = script.split(" = ", 1)
    assert variable == "var __index"
    assert json.loads(index)["docs"][2]["about"] == ["chain"]


def test_a_section_is_about_its_terms_in_bold_but_not_about_its_remarks() -> None:
    html = page(bend="A <strong>ReLU</strong>. <strong>A warning.</strong> <strong>Why?</strong>")
    assert find_subjects({"learn/neuron/": html}) == {
        "learn/neuron/": ["start"],
        "learn/neuron/#bend": ["relu"],
    }


def find_sections(name: str, *pages: str) -> list[str]:
    """Return the sections that are about a name."""
    found = find_subjects({f"learn/{number}/": html for number, html in enumerate(pages)})
    return [section for section, subjects in found.items() if name in subjects]


def test_code_leads_to_the_section_that_defines_a_class() -> None:
    using = page(use=code("net = Linear(2)"))
    defining = page(build=code("class Linear(Module):", "    def step(self):", "        pass"))
    assert find_sections("linear", using, defining) == ["learn/1/#build"]
    # A method is not a definition that other sections lack.
    assert find_sections("step", defining, page(short=code("a.step()"))) == ["learn/1/#short"]


def test_code_leads_to_the_shortest_block_that_calls_a_function() -> None:
    long = code("x = 1", "", "a.step()", "y = 2")
    assert find_sections("step", page(a=long), page(b=code("a.step()", "x = 1"))) == ["learn/1/#b"]
    assert find_sections("step", page(a=long), page(b=long)) == ["learn/0/#a"]


def test_exercises_and_mistakes_only_show_what_no_other_section_does() -> None:
    last = page(**{"what-can-go-wrong": code("a.step()")}, exercises=code("b.step()"))
    assert find_sections("step", page(a=code("x = 1", "a.step()")), last) == ["learn/0/#a"]
    assert find_sections("step", last) == ["learn/0/#what-can-go-wrong"]


def test_the_source_of_an_object_is_not_a_section() -> None:
    html = page(finished="") + f'<h3 id="nnfp.layer.fit">fit</h3>{code("def fit():", "    pass")}'
    assert find_sections("fit", html) == []
