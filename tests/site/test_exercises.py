"""Test exercises: predictions are compared with what a block printed, and progress is kept."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from audit.browse import NARROW, page_width, violations
from pages.project import DOCS, page_url
from tests.conftest import Tab

# Opens all answers of a page, and types texts into all fields for predictions, one after the other.
# Returns for each field the element that holds its answer, what the answer prints first, and the
# reply to each text.
ANSWERS = """texts => [...document.querySelectorAll("form.nnfp-predict")].map((form, i) => {
    const question = form.closest("blockquote") ?? form;
    const answer = question.nextElementSibling;
    const printed = answer.querySelector(".language-text code").textContent;
    answer.open = true;
    return [answer.localName, printed, (texts[i] ?? []).map(text => {
        form.querySelector("input").value = text;
        form.requestSubmit();
        return form.querySelector("output").textContent;
    })];
})"""


def visit(page: Page, url: str) -> Page:
    """Open a page, and wait until its questions have their fields."""
    page.goto(url)
    page.locator(".nnfp-predict").first.wait_for()
    return page


def predict(question: Locator, text: str) -> str:
    question.locator("input").fill(text)
    question.get_by_role("button", name="Compare").click()
    return question.locator("output").inner_text()


def say(page: Page, number: int, *texts: str) -> list[str]:
    """Type predictions into a field of a page, and return the replies."""
    replies: list[str] = page.evaluate(ANSWERS, [[]] * number + [texts])[number][2]
    return replies


def wanted(printed: str) -> list[str]:
    """Return the answer in what a block printed.

    It is the numbers after the last word, or else the last number, or the words of the last line.
    """
    number = r"-?\d+(?:\.\d+)?"
    if re.search(r"[^\W\d_]{2,}\s*$", printed) and not re.search(r"\d", printed.split("\n")[-2]):
        return printed.split("\n")[-2].split()
    after = re.split(r"[^\W\d_]{2,}", printed)[-1]
    return re.findall(number, after) or re.findall(number, printed)[-1:]


@pytest.mark.parametrize("path", sorted((DOCS / "learn").glob("*.md")), ids=lambda path: path.stem)
def test_only_the_answer_or_part_of_it_is_correct(path: Path, tab: Tab) -> None:
    page = tab()
    visit(page, page_url(f"learn/{path.name}"))
    text = path.read_text("utf-8")
    questions = page.evaluate(ANSWERS, [])
    assert len(questions) == len(re.findall(r"\bPredict\b", text))
    # All other folds, such as a source, are not to be done.
    asked = len(re.findall(r"^> \*\*Predict|^\*\*\d+\.\*\*", text, re.MULTILINE))
    assert page.locator(".nnfp-done").count() == asked >= 5, "a question and four exercises"
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
    ("name", "number", "typed", "said"),
    [
        (
            "batch",
            2,
            "5, 4, 3 and 5",
            "3 of 4: you said 5, 4, 3, 5, and the last numbers printed are 5, 4, 4, 5.",
        ),
        ("batch", 2, "5 4.0 4 0.5e1", "Yes: 5, 4, 4, 5."),
        (
            "speed",
            0,
            "the dot and products",
            "Right as far as it goes: you said the, dot, products, "
            "and the last words printed are times, the, dot, products.",
        ),
        (
            "optimizer",
            1,
            "-0.54 -1.31",
            "Right as far as it goes: you said -0.54, -1.31, "
            "and the last numbers printed are 0.23, -0.54, -1.31.",
        ),
        (
            "optimizer",
            1,
            "-1.31 0.23",
            "Not quite: you said -1.31, 0.23, and the last numbers printed are 0.23, -0.54, -1.31.",
        ),
        (
            "optimizer",
            0,
            "2.54",
            "Right as far as it goes: you said 2.54, and the last numbers printed are 2.54, 0.22.",
        ),
        # Predictions that cannot be compared get a message.
        ("batch", 0, "", "Type a number or a word to compare."),
        ("batch", 0, "1 2 3", "Type at most 2 numbers, as many as are printed. You typed 3."),
        ("layer", 1, "1 2", "Type at most 1 number, as many as are printed. You typed 2."),
        ("batch", 0, "a matrix", "The answer is 2 numbers, and you typed: a matrix."),
        ("layer", 0, "both", "The answer is a number, and you typed: both."),
        ("optimizer", 2, "it moves", "Type at most 1 word, as many as are printed. You typed 2."),
        # Words around a yes or no do not count.
        ("optimizer", 2, "Yes, it moves", "Yes: yes."),
        (
            "optimizer",
            2,
            "No, it stays",
            "Not quite: you said no, and the last word printed is yes.",
        ),
        (
            "optimizer",
            2,
            "yes or no",
            "Type at most 1 word, as many as are printed. You typed 3.",
        ),
        # A number may be written in other ways.
        ("optimizer", 1, ".23 -.54 -1.310", "Yes: 0.23, -0.54, -1.31."),
        ("optimizer", 1, "23%, -54 %, -1.31", "Yes: 0.23, -0.54, -1.31."),
        ("start", 0, "1.9e-9", "Yes: 0.000000."),
        (
            "start",
            0,
            "0.001",
            "Not quite: you said 0.001, and the last number printed is 0.000000.",
        ),
        ("speed", 0, "1,494", "Not quite: you said 1494, and the last number printed is 494."),
        # A minus sign as in prose. The prediction may include numbers printed before the answer.
        ("neuron", 0, "−9 0", "Yes: -9, 0."),
        ("neuron", 0, "zero", "Yes: 0."),
        ("layer", 0, "none", "Yes: 0."),
        ("neuron", 0, "minus nine and 0.0", "Yes: -9, 0."),
        ("neuron", 0, "(- 9, 0)", "Yes: -9, 0."),
        ("batch", 0, "6/2, 12 / 3", "Yes: 3, 4."),
        ("batch", 2, "[[five, 4.], [4, 5.]]", "Yes: 5, 4, 4, 5."),
    ],
)
def test_a_prediction_gets_a_reply(tab: Tab, name: str, number: int, typed: str, said: str) -> None:
    page = tab()
    visit(page, page_url(f"learn/{name}.md"))
    assert say(page, number, typed) == [said]


def test_a_prediction_that_cannot_be_compared_is_not_done(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/batch/")
    predict(page.locator(".nnfp-predict").first, "1 2 3")
    assert page.locator("article details").first.get_attribute("open") is None
    assert page.evaluate("localStorage.getItem('nnfp.done')") is None


@pytest.mark.parametrize(
    ("name", "typed", "hint"),
    [
        ("neuron", "7", "it should be less than 7"),
        ("neuron", "-2", "it should be more than -2"),
        ("neuron", "9 0", "1 of 2 are right, and mind the sign of 9"),
        ("batch", "7", "the answer has 2 numbers, you gave 1"),
        (
            "batch",
            "3 2",
            "1 of 2 are right, and the first wrong number should be more than 2",
        ),
    ],
)
def test_a_wrong_prediction_gets_a_hint_and_a_second_try(
    tab: Tab, name: str, typed: str, hint: str
) -> None:
    page = tab()
    visit(page, page_url(f"learn/{name}.md"))
    question = page.locator(".nnfp-predict").first
    answer = page.locator("article details").first
    reveal = question.get_by_role("button", name="Show the answer")
    assert predict(question, typed) == f"Not that. A hint: {hint}."
    assert answer.get_attribute("open") is None
    expect(reveal).to_be_hidden()
    assert predict(question, "1000").startswith("Not that either. A hint: ")
    assert answer.get_attribute("open") is None
    assert done(page) == {}
    reveal.click()
    assert (
        question.locator("output").inner_text().startswith("Not quite: you said 1000, and the last")
    )
    assert answer.get_attribute("open") is not None
    assert answer.get_by_label("Done").is_checked()
    expect(reveal).to_be_hidden()


def test_a_second_try_can_be_right(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/neuron/")
    question = page.locator(".nnfp-predict").first
    predict(question, "7")
    predict(question, "6")
    answer = page.locator("article details").first
    assert answer.get_attribute("open") is None
    assert predict(question, "0") == "Yes: 0."
    assert answer.get_attribute("open") is not None
    assert done(page) == {"/learn/neuron/": {"done": [0], "of": 7}}
    expect(question.get_by_role("button", name="Show the answer")).to_be_hidden()


@pytest.mark.parametrize("opened", [True, False])
def test_a_long_word_wraps(tab: Tab, opened: bool) -> None:
    page = tab()
    page.set_viewport_size(NARROW)
    visit(page, "learn/speed/")
    if opened:
        page.locator("article details").first.locator("summary").click()
    predict(page.locator(".nnfp-predict").first, "x" * 200)
    assert page_width(page) == NARROW["width"]


DONE = "localStorage.getItem('nnfp.done')"


def done(page: Page) -> dict[str, object]:
    """Return which questions a reader's browser has noted as done, by page."""
    noted: dict[str, object] = json.loads(page.evaluate(DONE) or "{}")
    return noted


def open_answer(page: Page, number: int) -> None:
    page.locator("article details:has(.nnfp-done)").nth(number).evaluate(
        "answer => answer.open = true"
    )


def test_a_prediction_opens_the_answer_of_its_question(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/batch/")
    answer = page.locator("article details").first
    assert answer.get_attribute("open") is None
    question = page.locator("blockquote")
    question.get_by_label("Your prediction").fill("3, 4")
    question.get_by_role("button", name="Compare").press("Enter")
    assert answer.get_attribute("open") is not None
    assert answer.get_by_label("Done").is_checked()
    assert done(page) == {"/learn/batch/": {"done": [0], "of": 6}}


def test_progress_survives_a_reload(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/batch/")
    open_answer(page, 1)
    boxes = page.locator(".nnfp-done input")
    boxes.nth(1).check()
    page.reload()
    expect(page.locator(".nnfp-summary")).to_contain_text("1 of 6 done on this page.")
    assert [box.is_checked() for box in boxes.all()] == [number == 1 for number in range(6)]
    page.goto("")
    expect(page.locator(".page-path a", has_text="Batch")).to_have_text("Batch 1 of 6")


def test_clearing_progress_requires_confirmation(page: Page) -> None:
    visit(page, "learn/batch/")
    open_answer(page, 1)
    boxes = page.locator(".nnfp-done input")
    boxes.nth(1).check()
    noted = done(page)
    assert noted == {"/learn/batch/": {"done": [1], "of": 6}}
    clear = page.locator(".nnfp-summary button")
    page.once("dialog", lambda dialog: dialog.dismiss())
    clear.click()
    assert done(page) == noted
    page.once("dialog", lambda dialog: dialog.accept())
    clear.click()
    assert done(page) == {}
    assert not any(box.is_checked() for box in boxes.all())


def test_cleared_progress_does_not_come_back_with_the_next_tick(page: Page) -> None:
    visit(page, "learn/batch/")
    boxes = page.locator(".nnfp-done input")
    open_answer(page, 1)
    boxes.nth(1).check()
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".nnfp-summary button").click()
    open_answer(page, 2)
    boxes.nth(2).check()
    assert done(page) == {"/learn/batch/": {"done": [2], "of": 6}}


def test_a_page_is_done_when_all_its_questions_are(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/batch/")
    for number, box in enumerate(page.locator(".nnfp-done input").all()):
        open_answer(page, number)
        box.check()
    assert page.locator(".md-nav__link .nnfp-progress:visible").inner_text() == "✓"


def test_unreadable_progress_is_ignored(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/batch/")
    page.evaluate("localStorage.setItem('nnfp.done', '{not json')")
    visit(page, "learn/batch/")
    expect(page.locator(".nnfp-predict")).to_have_count(3)
    expect(page.locator(".nnfp-summary")).to_have_count(0)


def test_what_was_typed_survives_a_download_and_a_link_within_the_page(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/neuron/")
    page.locator(".nnfp-predict input").first.fill("5")
    with page.expect_download():
        page.get_by_role("link", name="Notebook").click()
    page.locator("article").get_by_role("link", name="bias", exact=True).click()
    page.wait_for_url("**/#a-bias")
    expect(page.locator(".nnfp-predict input").first).to_have_value("5")


def test_questions_work_when_the_reader_returns(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/neuron/")
    page.locator(".md-tabs, .md-nav").get_by_role("link", name="Batch").first.click()
    expect(page.locator("h1")).to_contain_text("Batch")
    expect(page.locator(".nnfp-predict")).to_have_count(3)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Neuron")
    # The theme puts the page in piece by piece.
    expect(page.locator(".nnfp-predict")).to_have_count(4)
    assert predict(page.locator(".nnfp-predict").first, "0") == "Yes: 0."


def test_without_javascript_a_question_has_a_folded_answer(tab: Tab) -> None:
    page = tab(java_script_enabled=False)
    page.goto("learn/batch/")
    assert page.locator("blockquote").first.is_visible()
    page.locator("article summary").first.click()
    assert page.locator("details pre").first.is_visible()
    assert page.locator(".nnfp-predict, .nnfp-done").count() == 0


def test_questions_are_accessible(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/batch/")
    predict(page.locator(".nnfp-predict").first, "1")
    predict(page.locator(".nnfp-predict").first, "2")  # which shows the button
    assert violations(page, "article") == []
