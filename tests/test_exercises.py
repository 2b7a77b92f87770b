"""Exercises that answer: predictions are compared with what was printed, progress is kept."""

import json
import re
from pathlib import Path

import pytest
from conftest import ROOT
from playwright.sync_api import Browser, Locator, Page, expect

from audit.browse import violations

LEARN = sorted((ROOT / "docs/learn").glob("*.md"))


def predict(question: Locator, text: str) -> str:
    question.get_by_label("Your prediction").fill(text)
    question.get_by_role("button", name="Compare").click()
    return question.locator("output").inner_text()


@pytest.mark.parametrize("path", LEARN, ids=lambda path: path.stem)
def test_what_was_printed_last_is_right_and_nothing_else(path: Path, page: Page) -> None:
    page.goto(f"learn/{path.stem}/")
    questions = page.locator("form.nnfp-predict").all()
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


def test_several_numbers_are_compared_one_by_one(page: Page) -> None:
    page.goto("learn/batch/")
    question = page.locator(".nnfp-predict").first
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
        ("tensor", "Expected a number, got tensor."),
    ],
)
def test_whatever_is_typed_gets_a_sentence(page: Page, typed: str, said: str) -> None:
    page.goto("learn/batch/")
    question = page.locator(".nnfp-predict").first
    assert predict(question, typed) == said


@pytest.mark.parametrize(
    ("address", "typed", "said"),
    [
        ("learn/layer/", ".5 1", "Yes: 0.5, 1.0."),
        ("learn/start/", "1.9e-9", "Yes: 0.000000."),
        (
            "learn/start/",
            "0.001",
            "Not quite: you said 0.001, and the last number printed is 0.000000.",
        ),
        ("learn/speed/", "1,494", "Not quite: you said 1494, and the last number printed is 494."),
    ],
)
def test_a_number_may_be_written_in_other_ways(
    page: Page, address: str, typed: str, said: str
) -> None:
    page.goto(address)
    assert predict(page.locator(".nnfp-predict").first, typed) == said


def test_what_cannot_be_compared_is_not_done(page: Page) -> None:
    page.goto("learn/batch/")
    predict(page.locator(".nnfp-predict").first, "1 2 3 4 5")
    assert page.locator("article details").first.get_attribute("open") is None
    assert page.evaluate("localStorage.getItem('nnfp.done')") is None


def test_a_minus_may_be_typed_as_it_is_printed_in_prose(page: Page) -> None:
    page.goto("learn/neuron/")
    question = page.locator(".nnfp-predict").first
    assert predict(question, "−9 0") == "Yes: -9, 0."


def test_a_prediction_unfolds_the_answer_and_is_noted_as_done(page: Page) -> None:
    page.goto("learn/batch/")
    answer = page.locator("article details").first
    assert answer.get_attribute("open") is None
    predict(page.locator(".nnfp-predict").first, "1")
    assert answer.get_attribute("open") is not None
    assert answer.get_by_label("Done").is_checked()


def test_what_is_done_stays_until_it_is_cleared(page: Page) -> None:
    page.goto("learn/batch/")
    page.locator("article details").nth(1).evaluate("answer => answer.open = true")
    page.get_by_label("Done").nth(1).check()
    noted = page.evaluate("localStorage.getItem('nnfp.done')")
    assert json.loads(noted) == {"/learn/batch/": {"done": [1], "of": 4}}
    page.reload()
    assert [box.is_checked() for box in page.get_by_label("Done").all()] == [
        False,
        True,
        False,
        False,
    ]
    assert "1 of 4 done on this page." in page.locator(".nnfp-summary").inner_text()
    page.goto("")
    assert page.locator("td a", has_text="Batch").inner_text() == "Batch 1 of 4"
    page.goto("learn/batch/")
    page.get_by_role("button", name="Clear all progress").click()  # and no, after all
    assert page.evaluate("localStorage.getItem('nnfp.done')") == noted
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear all progress").click()
    assert page.evaluate("localStorage.getItem('nnfp.done')") is None
    assert not any(box.is_checked() for box in page.get_by_label("Done").all())


def test_a_page_is_done_when_all_its_questions_are(page: Page) -> None:
    page.goto("learn/batch/")
    page.locator("article details").evaluate_all("all => all.forEach(one => one.open = true)")
    for box in page.get_by_label("Done").all():
        box.check()
    assert page.locator(".md-nav__link .nnfp-progress:visible").inner_text() == "✓"


def test_progress_that_is_not_ours_is_no_progress(page: Page) -> None:
    page.goto("learn/batch/")
    page.evaluate("localStorage.setItem('nnfp.done', '{not json')")
    page.reload()
    assert page.locator(".nnfp-predict").count() == 2


def test_the_boxes_work_after_a_page_was_left_and_come_back_to(page: Page) -> None:
    page.goto("learn/neuron/")
    page.locator(".md-tabs, .md-nav").get_by_role("link", name="Batch").first.click()
    page.wait_for_url("**/learn/batch/")
    expect(page.locator(".nnfp-predict")).to_have_count(2)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Neuron")
    page.wait_for_timeout(300)  # the page is put in piece by piece
    assert predict(page.locator(".nnfp-predict").first, "0") == "Yes: 0."


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


def test_boxes_in_use_are_readable_by_everyone(page: Page) -> None:
    page.goto("learn/batch/")
    predict(page.locator(".nnfp-predict").first, "1")
    assert violations(page, "article") == []
