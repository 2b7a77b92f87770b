// Exercises: add a "Done" box to each question with a folded answer, and a field to those that say
// "Predict". A prediction is compared with the output of the answer's code; a wrong one gets a hint, and the
// second wrong one a button that shows the answer. Progress stays in this browser.
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
  const FRACTION = /(-?[\d.]+) *\/ *([\d.]+)/g;
  const NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

  const plain = (text) => text.toLowerCase().replace(/[−–]/g, "-");
  const read = (text, what) => plain(text).match(what) ?? [];

  const endsInNumber = (printed) => /\d[^\s\p{L}]*\s*$/u.test(printed);
  const several = (count, name) => `${count} ${name}${count === 1 ? "" : "s"}`;

  // A prediction in the way numbers are printed: zero is 0, minus two is -2, 1/2 and 50% are 0.5, and 10,010 is
  // 10010, unless the printed text has such words, fractions or percentages itself. None is 0 where a number is
  // expected.
  const simplify = (prediction, printed) => {
    const words = read(printed, WORD);
    const digits = (word) => {
      if (words.includes(word)) return -1;
      return word === "none" && endsInNumber(printed) ? 0 : NUMBER_WORDS.indexOf(word);
    };
    const text = plain(prediction)
      .replace(WORD, (word) => (digits(word) < 0 ? word : digits(word)))
      .replace(/\b(?:minus|negative) +(?=[\d.])/g, "-")
      .replace(/(^|[,([]) *- +(?=[\d.])/g, "$1-")
      .replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
    const parts = printed.match(FRACTION) ? text : text.replace(FRACTION, (_, above, below) => above / below);
    return printed.includes("%") ? parts : parts.replace(/([\d.]+) *%/g, (_, number) => number / 100);
  };

  // A number is right when it equals the printed one, rounded to the same number of decimals.
  const same = (said, right) => {
    const decimals = right.match(/\.(\d+)$/)?.[1].length;
    if (!decimals) return said === right || Number(said) === Number(right);
    return Number(said).toFixed(decimals) === Number(right).toFixed(decimals);
  };

  // The words of a prediction, or only its yes or no if it has one: "Yes, it moves" is yes.
  const readWords = (text) => {
    const words = read(text, WORD).filter((word) => word !== "and");
    const verdicts = words.filter((word) => word === "yes" || word === "no");
    return verdicts.length === 1 ? verdicts : words;
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

  // What helps with a wrong prediction without giving the answer away.
  const hint = (said, right, name) => {
    if (said.length !== right.length) return `the answer has ${several(right.length, name)}, you gave ${said.length}`;
    const wrong = [...said.keys()].filter((i) => !same(said[i], right[i]));
    const which = said.length > 1 ? `the first wrong ${name}` : "it";
    const correct = said.length > 1 ? `${said.length - wrong.length} of ${said.length} are right, and ` : "";
    const [mine, printed] = [said[wrong[0]], right[wrong[0]]];
    if (name === "word") return `${correct}${which} should begin with ${printed[0]}`;
    if (mine * printed < 0) return `${correct}mind the sign of ${mine}`;
    return `${correct}${which} should be ${Number(mine) > Number(printed) ? "less" : "more"} than ${mine}`;
  };

  // Compare a prediction with what was printed. Returns a sentence about the result; whether they are equal,
  // as far as it goes; and a hint if they are not. One that cannot be compared gets only a sentence.
  const compare = (prediction, printed) => {
    const typed = simplify(prediction, printed);
    const numbers = read(typed, NUMBER);
    const what = numbers.length ? NUMBER : WORD;
    const name = what === NUMBER ? "number" : "word";
    const said = numbers.length ? numbers : readWords(typed);
    const [all, count] = readPrinted(printed, what);
    if (!said.length) return { sentence: "Type a number or a word to compare." };
    if (what === WORD && endsInNumber(printed)) {
      const needed = readPrinted(printed, NUMBER)[1];
      const numbered = needed === 1 ? "a number" : several(needed, "number");
      return { sentence: `The answer is ${numbered}, and you typed: ${said.join(" ")}.` };
    }
    if (said.length > all.length) {
      return { sentence: `Type at most ${several(all.length, name)}, as many as are printed. You typed ${said.length}.` };
    }
    const right = all.slice(-Math.max(said.length, count));
    const hits = said.filter((value, i) => same(value, right[i])).length;
    const [you, answer] = [said.join(", "), right.join(", ")];
    if (hits === right.length) return { right: true, sentence: `Yes: ${answer}.` };
    const last = right.length === 1 ? `the last ${name} printed is` : `the last ${name}s printed are`;
    if (isPart(said, right)) {
      return { right: true, sentence: `Right as far as it goes: you said ${you}, and ${last} ${answer}.` };
    }
    const which = said.length < right.length || right.length === 1 ? "Not quite" : `${hits} of ${right.length}`;
    return { right: false, sentence: `${which}: you said ${you}, and ${last} ${answer}.`, hint: hint(said, right, name) };
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
    const show = make("button", { type: "button", className: "md-button", hidden: true }, "Show the answer");
    const form = make(
      "form",
      { className: "nnfp-predict" },
      make("label", {}, "Your prediction ", field),
      make("button", { className: "md-button" }, "Compare"),
      verdict,
      show,
    );
    let tries = 0;
    let sentence;
    const reveal = () => {
      verdict.textContent = sentence;
      show.hidden = true;
      answer.open = true;
      if (!box.checked) box.click();
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      const result = compare(field.value, answer.querySelector(".language-text code").textContent);
      sentence = result.sentence;
      if (result.right || (result.hint && answer.open)) return reveal();
      verdict.textContent = sentence;
      if (!result.hint) return;
      tries += 1;
      verdict.textContent = `Not that${tries > 1 ? " either" : ""}. A hint: ${result.hint}.`;
      show.hidden = tries < 2;
    };
    show.onclick = reveal;
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
    const answers = article.querySelectorAll("blockquote + details, #exercises ~ details:not(#exercises ~ h2 ~ details)");
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
