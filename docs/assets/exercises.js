// Exercises: add a "Done" box to each question with a folded answer, and a field to those that say
// "Predict". A prediction is compared with the output of the answer's code. Progress stays in this browser.
"use strict";
{
  const KEY = "nnfp.done";

  // Progress: for each page, by its path, how many questions it has and which of them are done.

  const progress = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {}; // the browser stores nothing, or something that is not JSON
    }
  };

  const note = (page) => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...progress(), [location.pathname]: page }));
    } catch {
      // Without storage, progress lasts as long as the page.
    }
  };

  const clear = () => {
    if (!confirm("Clear your progress on all pages?")) return;
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Without storage, there is nothing to remove.
    }
    for (const box of document.querySelectorAll(".nnfp-done input")) box.checked = false;
    showProgress();
  };

  // Comparing: numbers with those printed after the last word, or words with those of the last line.

  const NUMBER = /-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?/g;
  const WORD = /\p{L}+/gu;
  const read = (text, what) => text.toLowerCase().replace(/[−–]/g, "-").match(what) ?? [];
  const readTyped = (text, what) => {
    const found = read(text.replace(/(\d),(?=\d{3}(?!\d))/g, "$1"), what); // 10,010
    return found.filter((word) => word !== "and");
  };

  // A number is right when it equals the printed one, rounded to the same number of decimals.
  const same = (said, right) => {
    const decimals = right.match(/\.(\d+)$/)?.[1].length;
    if (!decimals) return said === right || Number(said) === Number(right);
    return Number(said).toFixed(decimals) === Number(right).toFixed(decimals);
  };

  // All printed values, and how many of the last ones are the answer. A single letter does not count as a
  // word: it may be the e of 1e-9.
  const readPrinted = (printed, what) => {
    const all = read(printed, what);
    const end = what === NUMBER ? printed.split(/\p{L}{2,}/u).at(-1) : printed.trim().split("\n").at(-1);
    return [all, read(end, what).length || 1];
  };

  // Whether a prediction is a part of the answer, in the same order.
  const isPart = (said, answer) => {
    const left = [...answer];
    return said.every((value) => {
      while (left.length) if (same(value, left.shift())) return true;
      return false;
    });
  };

  // Whether a prediction can be compared with what was printed, and a sentence about the result.
  const compare = (prediction, printed) => {
    const what = readTyped(prediction, NUMBER).length ? NUMBER : WORD;
    const name = what === NUMBER ? "number" : "word";
    const said = readTyped(prediction, what);
    const [all, count] = readPrinted(printed, what);
    if (!said.length) return [false, "Type a number or a word to compare."];
    if (what === WORD && /\d[^\s\p{L}]*\s*$/u.test(printed)) return [false, `Expected a number, got ${said.join(" ")}.`];
    if (said.length > all.length) {
      return [false, `Expected at most ${all.length} ${name}s, as many as are printed, got ${said.length}.`];
    }
    const right = all.slice(-Math.max(said.length, count));
    const hits = said.filter((value, i) => same(value, right[i])).length;
    const [you, answer] = [said.join(", "), right.join(", ")];
    if (hits === right.length) return [true, `Yes: ${answer}.`];
    const last = right.length === 1 ? `the last ${name} printed is` : `the last ${name}s printed are`;
    if (isPart(said, right)) return [true, `Right as far as it goes: you said ${you}, and ${last} ${answer}.`];
    const which = said.length < right.length || right.length === 1 ? "Not quite" : `${hits} of ${right.length}`;
    return [true, `${which}: you said ${you}, and ${last} ${answer}.`];
  };

  // The questions of a page

  const addBox = (answer, checked) => {
    const box = make("input", { type: "checkbox", checked });
    box.onchange = () => {
      const boxes = [...document.querySelectorAll(".nnfp-done input")];
      note({ done: [...boxes.keys()].filter((number) => boxes[number].checked), of: boxes.length });
      showProgress();
    };
    answer.append(make("label", { className: "nnfp-done" }, box, " Done"));
    return box;
  };

  const addField = (question, answer, box) => {
    const field = make("input", { type: "text", autocomplete: "off", spellcheck: false });
    const verdict = make("output", {});
    const form = make(
      "form",
      { className: "nnfp-predict" },
      make("label", {}, "Your prediction ", field),
      make("button", { className: "md-button" }, "Compare"),
      verdict,
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      const printed = answer.querySelector(".language-text code").textContent;
      const [compared, sentence] = compare(field.value, printed);
      verdict.textContent = sentence;
      if (!compared) return;
      answer.open = true;
      if (!box.checked) box.click();
    };
    if (question.matches("blockquote")) question.append(form);
    else question.after(form);
  };

  const showProgress = () => {
    const pages = progress();
    for (const link of document.querySelectorAll(".md-nav__link[href], .page-path a[href]")) {
      link.querySelector(".nnfp-progress")?.remove();
      const page = pages[new URL(link.href).pathname];
      if (!page?.done.length || link.hash) continue;
      const text = page.done.length < page.of ? ` ${page.done.length} of ${page.of}` : " ✓";
      const label = page.done.length < page.of ? `${text} done` : "done";
      link.append(make("small", { className: "nnfp-progress", title: label }, text));
    }
    // A summary below the last answer, once a question is done.
    document.querySelector(".nnfp-summary")?.remove();
    const last = [...document.querySelectorAll(".nnfp-done")].at(-1);
    const page = pages[location.pathname];
    if (!last || !page?.done.length) return;
    const text = `${page.done.length} of ${page.of} done on this page. `;
    const button = make("button", { className: "md-button", onclick: clear }, "Clear all progress");
    last.parentElement.after(make("p", { className: "nnfp-summary" }, text, button));
  };

  onEachPage(() => {
    const article = document.querySelector("article");
    const answers = article.querySelectorAll("blockquote + details, #exercises ~ details");
    if (!article.querySelector(".nnfp-done")) {
      const done = progress()[location.pathname]?.done ?? [];
      answers.forEach((answer, number) => {
        const question = answer.previousElementSibling;
        const box = addBox(answer, done.includes(number));
        if (question.textContent.includes("Predict")) addField(question, answer, box);
      });
    }
    showProgress();
  });
}
