"""Exercises that answer: predictions are compared with what was printed, progress is kept."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from playwright.sync_api import Browser, Locator, Page, expect

from audit.browse import violations

LEARN = sorted((ROOT / "docs/learn").glob("*.md"))


@pytest.fixture(scope="module")
def reader(browser: Browser, base_url: str) -> Iterator[Page]:
    with browser.new_context(base_url=base_url) as context:
        yield context.new_page()


def open_afresh(reader: Page, address: str) -> Page:
    reader.goto(address)
    reader.evaluate("localStorage.clear()")
    reader.reload()
    return reader


def predict(question: Locator, text: str) -> str:
    question.get_by_label("Your prediction").fill(text)
    question.get_by_role("button", name="Compare").click()
    return question.locator("output").inner_text()


@pytest.mark.parametrize("path", LEARN, ids=lambda path: path.stem)
def test_what_was_printed_last_is_right_and_nothing_else(path: Path, reader: Page) -> None:
    open_afresh(reader, f"learn/{path.stem}/")
    questions = reader.locator("form.nnfp-predict").all()
    assert len(questions) == len(re.findall(r"\bPredict\b", path.read_text("utf-8")))
    for question in questions:
        answer = question.locator(
            "xpath=(self::*[not(parent::blockquote)]|parent::blockquote)/following-sibling::details[1]"
        )
        printed = answer.locator(".language-text code").first.text_content() or ""
        numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", printed)
        last = numbers[-1]
        assert predict(question, last) == f"Yes: {last}."
        other = f"{float(last) + 1:g}"
        assert predict(question, other) == (
            f"Not quite: you said {other}, and the last number printed is {last}."
        )


def test_several_numbers_are_compared_one_by_one(reader: Page) -> None:
    question = open_afresh(reader, "learn/batch/").locator(".nnfp-predict").first
    assert predict(question, "0, 22, 24 and 50") == (
        "3 of 4: you said 0, 22, 24, 50, and the last numbers printed are 0, 22, 23, 50."
    )
    assert predict(question, "0 22.0 23 5e1") == "Yes: 0, 22, 23, 50."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a number or a word, and see how it compares."),
        (
            "1 2 3 4 5",
            "Expected at most 4 numbers, as many as are printed, got 5.",
        ),
        ("tensor", "Yes: tensor."),
    ],
)
def test_whatever_is_typed_gets_a_sentence(reader: Page, typed: str, said: str) -> None:
    question = open_afresh(reader, "learn/batch/").locator(".nnfp-predict").first
    assert predict(question, typed) == said


def test_a_minus_may_be_typed_as_it_is_printed_in_prose(reader: Page) -> None:
    question = open_afresh(reader, "learn/neuron/").locator(".nnfp-predict").first
    assert predict(question, "−9 0") == "Yes: -9, 0."


def test_a_prediction_unfolds_the_answer_and_is_noted_as_done(reader: Page) -> None:
    open_afresh(reader, "learn/batch/")
    answer = reader.locator("article details").first
    assert answer.get_attribute("open") is None
    predict(reader.locator(".nnfp-predict").first, "1")
    assert answer.get_attribute("open") is not None
    assert answer.get_by_label("Done").is_checked()


def test_what_is_done_stays_until_it_is_cleared(reader: Page) -> None:
    open_afresh(reader, "learn/batch/")
    reader.locator("article details").nth(1).evaluate("answer => answer.open = true")
    reader.get_by_label("Done").nth(1).check()
    noted = reader.evaluate("localStorage.getItem('nnfp.done')")
    assert json.loads(noted) == {"/learn/batch/": {"done": [1], "of": 4}}
    reader.reload()
    assert [box.is_checked() for box in reader.get_by_label("Done").all()] == [
        False,
        True,
        False,
        False,
    ]
    assert "1 of 4 done on this page." in reader.locator(".nnfp-summary").inner_text()
    reader.goto("")
    assert reader.locator("td a", has_text="Batch").inner_text() == "Batch 1 of 4"
    reader.goto("learn/batch/")
    reader.get_by_role("button", name="Clear all progress").click()
    assert reader.evaluate("localStorage.getItem('nnfp.done')") is None
    assert not any(box.is_checked() for box in reader.get_by_label("Done").all())


def test_a_page_is_done_when_all_its_questions_are(reader: Page) -> None:
    open_afresh(reader, "learn/batch/")
    reader.locator("article details").evaluate_all("all => all.forEach(one => one.open = true)")
    for box in reader.get_by_label("Done").all():
        box.check()
    assert reader.locator(".md-nav__link .nnfp-progress:visible").inner_text() == "✓"


def test_progress_that_is_not_ours_is_no_progress(reader: Page) -> None:
    open_afresh(reader, "learn/batch/")
    reader.evaluate("localStorage.setItem('nnfp.done', '{not json')")
    reader.reload()
    assert reader.locator(".nnfp-predict").count() == 2


def test_the_boxes_work_after_a_page_was_left_and_come_back_to(reader: Page) -> None:
    open_afresh(reader, "learn/neuron/")
    reader.locator(".md-tabs, .md-nav").get_by_role("link", name="Batch").first.click()
    reader.wait_for_url("**/learn/batch/")
    expect(reader.locator(".nnfp-predict")).to_have_count(2)
    reader.go_back()
    expect(reader.locator("h1")).to_contain_text("Neuron")
    assert predict(reader.locator(".nnfp-predict").first, "0") == "Yes: 0."


def test_without_javascript_there_is_a_question_and_a_folded_answer(
    browser: Browser, base_url: str
) -> None:
    with browser.new_context(base_url=base_url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("learn/batch/")
        assert page.locator("blockquote").first.is_visible()
        page.locator("article summary").first.click()
        assert page.locator("details pre").first.is_visible()
        assert page.locator(".nnfp-predict, .nnfp-done").count() == 0


def test_boxes_in_use_are_readable_by_everyone(reader: Page) -> None:
    open_afresh(reader, "learn/batch/")
    predict(reader.locator(".nnfp-predict").first, "1")
    assert violations(reader, "article") == []
