"""Exercises that answer: predictions are compared with what was printed, progress is kept."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from audit.browse import violations
from pages.page import read_page
from pages.prove.compare import differences, faults
from pages.prove.session import Session, start_afresh
from tests.conftest import ROOT, Tab

LEARN = sorted((ROOT / "docs/learn").glob("*.md"))
Open = Callable[[str], Page]

# Types texts into all fields for predictions of a page, one after the other, and says for each
# field what its answer prints first, and what was said to each text.
ANSWERS = """texts => [...document.querySelectorAll("form.nnfp-predict")].map((form, i) => {
    const question = form.closest("blockquote") ?? form;
    const answer = question.nextElementSibling;
    const printed = answer.querySelector(".language-text code").textContent;
    return [answer.localName, printed, (texts[i] ?? []).map(text => {
        form.querySelector("input").value = text;
        form.requestSubmit();
        return form.querySelector("output").textContent;
    })];
})"""


@pytest.fixture(scope="module")
def loaded() -> Iterator[dict[str, Page]]:
    pages: dict[str, Page] = {}
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.fixture
def open_page(browser: Browser, base_url: str, loaded: dict[str, Page]) -> Open:
    """Open pages, each of them loaded once, for a reader who has done nothing yet.

    Each has a reader of its own: what one tab forgets, another of the same reader knows for a
    while.
    """

    def open_page(address: str) -> Page:
        if address not in loaded:
            loaded[address] = browser.new_context(base_url=base_url).new_page()
            loaded[address].goto(address)
            loaded[address].locator(".nnfp-predict").first.wait_for()
        page = loaded[address]
        page.evaluate(AFRESH)
        return page

    return open_page


AFRESH = """() => {
    for (const box of document.querySelectorAll(".nnfp-done input:checked")) box.click();
    for (const answer of document.querySelectorAll("article details")) answer.open = false;
    localStorage.clear();
}"""


def predict(question: Locator, text: str) -> str:
    question.locator("input").fill(text)
    question.get_by_role("button", name="Compare").click()
    return question.locator("output").inner_text()


def say(page: Page, *texts: str) -> list[str]:
    """What is said to predictions, typed into the first field of a page."""
    return page.evaluate(ANSWERS, [texts])[0][2]


def wanted(printed: str) -> list[str]:
    """The answer: the numbers after the last word, or the last number, or the words of the line."""
    number = r"-?\d+(?:\.\d+)?"
    if re.search(r"[^\W\d_]{2,}\s*$", printed) and not re.search(r"\d", printed.split("\n")[-2]):
        return printed.split("\n")[-2].split()
    after = re.split(r"[^\W\d_]{2,}", printed)[-1]
    return re.findall(number, after) or re.findall(number, printed)[-1:]


@pytest.mark.parametrize("path", LEARN, ids=lambda path: path.stem)
def test_the_answer_is_right_a_part_of_it_is_as_far_as_it_goes_and_nothing_else_is(
    path: Path, open_page: Open
) -> None:
    page = open_page(f"learn/{path.stem}/")
    questions = page.evaluate(ANSWERS, [])
    assert len(questions) == len(re.findall(r"\bPredict\b", path.read_text("utf-8")))
    answers = [wanted(printed) for _, printed, _ in questions]
    others = [
        [word + "s" if word.isalpha() else f"{float(word) + 1000:g}" for word in answer]
        for answer in answers
    ]
    typed = [
        [" ".join(answer), answer[0], answer[-1], " ".join(other), other[0]]
        for answer, other in zip(answers, others, strict=True)
    ]
    said = page.evaluate(ANSWERS, typed)
    for (kind, _, (whole, first, last, wrong, one_wrong)), answer, other in zip(
        said, answers, others, strict=True
    ):
        assert kind == "details"
        name = "number" if not answer[0].isalpha() else "word"
        printed = f"the last {name}s printed are" if answer[1:] else f"the last {name} printed is"
        printed += f" {', '.join(answer)}."
        assert whole == f"Yes: {', '.join(answer)}."
        if answer[1:]:
            assert first == f"Right as far as it goes: you said {answer[0]}, and {printed}"
            assert last == f"Right as far as it goes: you said {answer[-1]}, and {printed}"
            which = f"0 of {len(answer)}"
        else:
            assert first == last == whole
            which = "Not quite"
        assert wrong == f"{which}: you said {', '.join(other)}, and {printed}"
        assert one_wrong == f"Not quite: you said {other[0]}, and {printed}"


@pytest.mark.parametrize(
    ("address", "typed", "said"),
    [
        (
            "batch",
            "0, 22, 24 and 50",
            "3 of 4: you said 0, 22, 24, 50, and the last numbers printed are 0, 22, 23, 50.",
        ),
        ("batch", "0 22.0 23 5e1", "Yes: 0, 22, 23, 50."),
        (
            "speed",
            "the dot and products",
            "Right as far as it goes: you said the, dot, products, "
            "and the last words printed are times, the, dot, products.",
        ),
        (
            "batch",
            "22 50",
            "Right as far as it goes: you said 22, 50, "
            "and the last numbers printed are 0, 22, 23, 50.",
        ),
        (
            "batch",
            "50 22",
            "Not quite: you said 50, 22, and the last numbers printed are 0, 22, 23, 50.",
        ),
        (
            "optimizer",
            "2.54",
            "Right as far as it goes: you said 2.54, and the last numbers printed are 2.54, 0.22.",
        ),
        # Whatever is typed gets a sentence.
        ("batch", "", "Type a number or a word, and see how it compares."),
        ("batch", "1 2 3 4 5", "Expected at most 4 numbers, as many as are printed, got 5."),
        ("batch", "tensor", "Expected a number, got tensor."),
        # A number may be written in other ways.
        ("layer", ".5 1", "Yes: 0.5, 1.0."),
        ("start", "1.9e-9", "Yes: 0.000000."),
        ("start", "0.001", "Not quite: you said 0.001, and the last number printed is 0.000000."),
        ("speed", "1,494", "Not quite: you said 1494, and the last number printed is 494."),
        # A minus as it is printed in prose; and what leads to the answer may be said, too.
        ("neuron", "−9 0", "Yes: -9, 0."),
    ],
)
def test_what_is_typed_is_read_kindly_and_compared_exactly(
    open_page: Open, address: str, typed: str, said: str
) -> None:
    assert say(open_page(f"learn/{address}/"), typed) == [said]


def test_what_cannot_be_compared_is_not_done(open_page: Open) -> None:
    page = open_page("learn/batch/")
    predict(page.locator(".nnfp-predict").first, "1 2 3 4 5")
    assert page.locator("article details").first.get_attribute("open") is None
    assert page.evaluate("localStorage.getItem('nnfp.done')") is None


def test_a_prediction_unfolds_the_answer_and_is_noted_as_done(open_page: Open) -> None:
    page = open_page("learn/batch/")
    answer = page.locator("article details").first
    assert answer.get_attribute("open") is None
    question = page.locator("blockquote")
    question.get_by_label("Your prediction").fill("1")
    question.get_by_role("button", name="Compare").press("Enter")
    assert answer.get_attribute("open") is not None
    assert answer.get_by_label("Done").is_checked()
    assert json.loads(page.evaluate("localStorage.getItem('nnfp.done')")) == {
        "/learn/batch/": {"done": [0], "of": 4}
    }


def test_what_is_done_stays_until_it_is_cleared(open_page: Open) -> None:
    page = open_page("learn/batch/")
    page.locator("article details").nth(1).evaluate("answer => answer.open = true")
    boxes = page.locator(".nnfp-done input")
    boxes.nth(1).check()
    noted = page.evaluate("localStorage.getItem('nnfp.done')")
    assert json.loads(noted) == {"/learn/batch/": {"done": [1], "of": 4}}
    page.reload()
    expect(boxes).to_have_count(4)
    checked = "boxes => boxes.map(box => box.checked)"
    assert boxes.evaluate_all(checked) == [False, True, False, False]
    assert "1 of 4 done on this page." in page.locator(".nnfp-summary").inner_text()
    home = page.context.new_page()
    home.goto("")
    assert home.locator("td a", has_text="Batch").inner_text() == "Batch 1 of 4"
    home.close()
    page.once("dialog", lambda dialog: dialog.dismiss())
    clear = page.locator(".nnfp-summary button")
    clear.click()  # and no, after all
    assert page.evaluate("localStorage.getItem('nnfp.done')") == noted
    page.once("dialog", lambda dialog: dialog.accept())
    clear.click()
    assert page.evaluate("localStorage.getItem('nnfp.done')") is None
    assert not any(boxes.evaluate_all(checked))
    page.locator("article details").nth(2).evaluate("answer => answer.open = true")
    boxes.nth(2).check()  # what was done before stays forgotten
    noted = page.evaluate("localStorage.getItem('nnfp.done')")
    assert json.loads(noted) == {"/learn/batch/": {"done": [2], "of": 4}}


def test_a_page_is_done_when_all_its_questions_are(open_page: Open) -> None:
    page = open_page("learn/batch/")
    page.locator("article details").evaluate_all("all => all.forEach(one => one.open = true)")
    for box in page.locator(".nnfp-done input").all():
        box.check()
    assert page.locator(".md-nav__link .nnfp-progress:visible").inner_text() == "✓"


def test_progress_that_is_not_ours_is_no_progress(open_page: Open) -> None:
    page = open_page("learn/batch/")
    page.evaluate("localStorage.setItem('nnfp.done', '{not json')")
    page.reload()
    expect(page.locator(".nnfp-predict")).to_have_count(2)


def test_the_boxes_work_after_a_page_was_left_and_come_back_to(open_page: Open) -> None:
    page = open_page("learn/neuron/")
    page.locator(".md-tabs, .md-nav").get_by_role("link", name="Batch").first.click()
    expect(page.locator("h1")).to_contain_text("Batch")
    expect(page.locator(".nnfp-predict")).to_have_count(2)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Neuron")
    expect(page.locator(".nnfp-predict")).to_have_count(2)  # the page is put in piece by piece
    assert predict(page.locator(".nnfp-predict").first, "0") == "Yes: 0."


def test_without_javascript_there_is_a_question_and_a_folded_answer(tab: Tab) -> None:
    page = tab(java_script_enabled=False)
    page.goto("learn/batch/")
    assert page.locator("blockquote").first.is_visible()
    page.locator("article summary").first.click()
    assert page.locator("details pre").first.is_visible()
    assert page.locator(".nnfp-predict, .nnfp-done").count() == 0


def test_boxes_in_use_are_readable_by_everyone(page: Page) -> None:
    page.goto("learn/batch/")
    predict(page.locator(".nnfp-predict").first, "1")
    # What is no part of a question is judged elsewhere, and judging it takes long.
    page.locator(".language-python").evaluate_all("all => all.forEach(block => block.remove())")
    assert violations(page, "article") == []


@pytest.mark.parametrize("path", LEARN, ids=lambda path: path.stem)
def test_what_is_folded_can_be_left_out(path: Path) -> None:
    """A reader who looks at no answer has all that later blocks need."""
    source = read_page(path)
    tags = [line.count("<details") - line.count("</details") for line in source.lines]
    session = Session(source)
    start_afresh()
    folded, found = 0, []
    for block in source.blocks:
        if sum(tags[: block.code.line]):
            folded += 1
            continue
        result = session.run_one(block)
        found += faults(session, block, result) + differences(session, block, result)
    session.close()
    assert found == []
    assert folded >= 4, "a question and three exercises"
