// Add to every page what the theme lacks. All scripts are plain, since modules do not run from files.
"use strict";

// Make an element, as in make("output", { className: "nnfp-result" }, "19").
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// How far a number is dragged until it changes by a step.
const PIXELS_PER_STEP = 6;

// The base class of explorables: custom elements around a figure, in which its numbers can be changed. What
// one shows depends only on its state, a dictionary of strings. The page's URL contains each string that
// differs from the start. Elements of one name (data-part) light up together.
// A subclass has these methods: initial() returns the state at the start, build() makes the controls,
// show() shows the state, problem(name, value) returns what is wrong with a value, in a sentence, and
// says() returns what a screen reader reads out after a change.
class Explorable extends HTMLElement {
  static alive = new Set();

  connectedCallback() {
    Explorable.alive.add(this);
    if (this.start) return; // it was moved
    this.page = location.pathname;
    this.svg = this.querySelector("svg");
    this.stage = make("div", { className: "nnfp-stage nnfp-stays" });
    this.svg.replaceWith(this.stage);
    this.stage.append(this.svg);
    this.start = this.initial();
    this.state = { ...this.start };
    this.message = make("p", { className: "nnfp-message", role: "alert" });
    this.spoken = make("p", { className: "nnfp-spoken", role: "status" });
    this.build();
    this.append(this.message, this.spoken);
    for (const type of ["mouseover", "mouseleave", "focusin", "focusout"]) {
      this.addEventListener(type, ({ target }) => this.light(type === "focusout" ? null : target));
    }
    this.read();
  }

  disconnectedCallback() {
    Explorable.alive.delete(this);
  }

  problem() {
    return "";
  }

  says() {
    return "";
  }

  // A part of the picture by its name, or an element in it.
  part(name, element = "") {
    return this.svg.querySelector(`[data-part="${name}"] ${element}`);
  }

  // Take the state from the URL.
  read() {
    if (location.pathname !== this.page) return; // the URL is that of the next page
    const asked = new URLSearchParams(location.search);
    const names = Object.keys(this.start).filter((name) => asked.has(name)); // in the state's order
    this.state = { ...this.start };
    this.take(Object.fromEntries(names.map((name) => [name, asked.get(name)])));
  }

  // Take a part of the state, as in take({x: "1"}): show its valid values, and say what is wrong with the
  // others. The field that is being typed in keeps its text.
  take(part, typed) {
    const problems = [];
    for (const [name, value] of Object.entries(part)) {
      const problem = this.problem(name, value);
      if (problem) problems.push(problem);
      else this.state[name] = value;
    }
    this.message.textContent = problems.join(" ");
    for (const field of this.querySelectorAll("[name]")) {
      if (field !== typed && field.name in this.state) field.value = this.state[field.name];
    }
    this.show();
    this.light();
  }

  // Mark everything that has the name of the part under the mouse, or of the field in use: a number in the
  // picture, for instance, and the same number in the formula. Names are in data-part.
  light(pointed = this.pointed) {
    this.pointed = pointed;
    const used = this.querySelector(":focus");
    const part = [pointed, used].map((one) => one?.closest("[data-part]")?.dataset.part).find(Boolean);
    for (const one of this.querySelectorAll("[data-part]")) one.classList.toggle("nnfp-lit", one.dataset.part === part);
  }

  // Change a part of the state, and note it in the URL once nothing has changed for a moment. Browsers
  // limit how often a URL may change, and a screen reader would read out every change.
  change(part, typed) {
    this.take(part, typed);
    this.noteSoon();
  }

  noteSoon() {
    clearTimeout(this.noting);
    this.noting = setTimeout(() => this.note(), 200);
  }

  reset() {
    this.change(this.start);
  }

  note() {
    if (!this.isConnected || location.pathname !== this.page) return; // the reader has left the page
    this.spoken.textContent = this.says();
    const url = new URL(location);
    for (const [name, value] of Object.entries(this.state)) {
      if (value === this.start[name]) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", url);
  }

  // An input (or a choice, with the tag "select") for a part of the state. A half-typed number is not a
  // mistake: a message appears only when the reader has finished typing. While a value is invalid, and after
  // it is rejected, the state is the one before the typing: the 5 of a rejected 500 is not kept. A number field
  // hides a text that it cannot read, such as 1e999.
  field(name, properties, tag = "input", ...children) {
    const field = make(tag, { ...properties, name, autocomplete: "off" }, ...children);
    let before;
    const text = () => (field.validity.badInput ? "something else" : field.value);
    const goBack = () => this.problem(name, text()) && before && (this.state = { ...before });
    field.onfocus = () => (before = undefined);
    field.oninput = () => {
      before ??= { ...this.state };
      this.change(goBack() ? {} : { [name]: text() }, field);
    };
    field.onchange = () => {
      goBack();
      before = undefined;
      this.change({ [name]: text() });
    };
    // A hidden text in an empty field is no change for the browser.
    field.onblur = () => field.validity.badInput && field.onchange();
    return field;
  }

  // A field for a number that can also be dragged: a step for every few pixels to the right. `before` is the
  // text before the field.
  number(name, { step = 1, ...properties }, ...before) {
    const { min = -Infinity, max = Infinity } = properties;
    const field = this.field(name, { type: "number", step, ...properties });
    const label = make("label", { className: "nnfp-number" }, ...before, field);
    field.addEventListener("focus", () => field.select());
    this.drag(label, () => {
      const start = Number(this.state[name]);
      return (right) => {
        const value = Math.max(min, Math.min(max, start + step * Math.round(right / PIXELS_PER_STEP)));
        this.change({ [name]: String(Number(value.toPrecision(12))) }); // without rounding errors
      };
    });
    label.addEventListener("click", (event) => event.defaultPrevented || field.focus());
    return label;
  }

  // Let the reader drag an element with a mouse, a pen or a finger. When that begins, `begin` is called. It
  // returns a function that gets how far to the right and how far down the pointer has moved, in pixels.
  drag(element, begin) {
    let from, move, dragged;
    element.onpointerdown = (event) => {
      dragged = false;
      // In a field that is being edited, dragging selects text.
      if (event.button || event.target === document.activeElement) return;
      from = event;
      element.setPointerCapture(event.pointerId);
    };
    element.onpointermove = ({ clientX, clientY }) => {
      if (!from) return;
      const [right, down] = [clientX - from.clientX, clientY - from.clientY];
      if (Math.hypot(right, down) > 3) move ??= begin(); // a shorter way is a click
      move?.(right, down);
    };
    element.onpointerup = element.onpointercancel = () => {
      dragged = move;
      from = move = undefined;
    };
    element.onmousedown = (event) => from && event.preventDefault(); // would select text
    element.onclick = (event) => dragged && event.preventDefault(); // the end of a drag is not a click
  }

  // Lay an element over a box of the picture, given by its middle and its width in the picture's coordinates.
  lay(element, x, y, wide) {
    const { width, height } = this.svg.viewBox.baseVal;
    const [left, top, size] = [x / width, y / height, wide / width].map((share) => `${100 * share}%`);
    Object.assign(element.style, { left, top, width: size });
  }

  // A field for a number on its own, with a text before it.
  control(name, text, properties) {
    const label = this.number(name, properties, `${text} `);
    label.classList.add("nnfp-control");
    return label;
  }

  button(text, onclick, properties) {
    return make("button", { type: "button", className: "md-button", onclick, ...properties }, text);
  }

  // Load a script with weights when they are first needed. `loaded` or `failed` is called at the end.
  loadWeights(url, name, loaded, failed) {
    if (this.loading) return;
    this.ariaBusy = "true";
    const end = () => {
      this.loading = this.ariaBusy = null;
      (window[name] ? loaded : failed)(); // some hosts send a web page in place of a missing file
      this.noteSoon();
    };
    this.loading = make("script", { src: url, onload: end, onerror: end });
    document.head.append(this.loading);
  }
}

// Write a number as the figures do (nnfp/draw/words.py), in up to four digits: 19, −0.3333, 2×10⁻⁷.
function written(value) {
  const size = Math.abs(value);
  let text = String(value).replace("Infinity", "∞").replace("NaN", "nan");
  if (value === 0 || (size >= 1e-3 && size < 9999.5)) {
    text = String(Number(Number(value.toFixed(4)).toPrecision(4)) + 0); // + 0 turns −0 into 0
  } else if (size >= 9999.5 && size < 1e6) {
    text = value.toFixed(0);
  } else if (size && Number.isFinite(value)) {
    const [mantissa, exponent] = value.toExponential(1).split("e");
    const power = [...String(Number(exponent))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(c)]).join("");
    text = ({ "1.0": "", "-1.0": "-" }[mantissa] ?? `${Number(mantissa)}×`) + `10${power}`;
  }
  return text.replace("-", "−");
}

// Return a sentence that says why a text is not a number from `low` to `high`, or "" if it is one.
function wrongNumber(name, text, low, high, whole = false) {
  const value = text.trim() ? Number(text) : NaN;
  // A whole number may be written in one way only, since a <select> finds its option by the text.
  if (value >= low && value <= high && (!whole || text === String(Math.trunc(value)))) return "";
  return `Expected a ${whole ? "whole " : ""}number from ${written(low)} to ${written(high)} as ${name}, got ${text.trim() || "none"}.`;
}

// Write a probability in percent, rounded down: nothing is certain.
function percent(probability) {
  return `${Math.min(99, Math.floor(100 * probability))}%`;
}

// List texts in a sentence: a, b and c.
function listed(texts) {
  return [texts.slice(0, -1).join(", "), texts.at(-1)].filter(Boolean).join(" and ");
}

// Text in the color of inputs ("input") or weights ("weight"), and the name of the part that it stands for.
function colored(color, text, part) {
  return named(part, make("span", { className: `nnfp-${color}` }, text));
}

// Name an element, so that it lights up with all others of this name.
function named(part, element) {
  if (part) element.dataset.part = part;
  return element;
}

// A number to write after a sign, in parentheses if it is negative: 1 + (−2).
function bracketed(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

// Call `act` on every page. The theme starts after this script and replaces pages without loading them.
// The timeout lets the browser handle clicks and keys between the theme's work and ours.
function onEachPage(act) {
  addEventListener("DOMContentLoaded", () => document$.subscribe(() => setTimeout(act)));
}

// The theme would fetch the previews of links, which does not work in pages opened as files.
if (location.protocol === "file:") {
  for (const link of document.querySelectorAll("[data-preview]")) delete link.dataset.preview;
}

{
  const assets = new URL(".", document.currentScript.src);
  const asked = new Set();
  // Load the scripts of the page's explorables: elements that no script has defined.
  onEachPage(() => {
    for (const { localName } of document.querySelectorAll("main :not(:defined)")) {
      if (asked.has(localName)) continue;
      asked.add(localName);
      const script = document.createElement("script");
      script.src = new URL(`${localName}.js`, assets);
      script.onerror = () => asked.delete(localName); // the next page tries again
      document.head.append(script);
    }
  });
}

{
  // Add names for screen readers that the theme lacks.
  document.querySelector("[data-md-component=search]").ariaLabel = "Search";
  new MutationObserver(() => {
    for (const shown of document.querySelectorAll(".md-tooltip2[role=dialog]")) shown.ariaLabel = "Preview";
  }).observe(document.body, { childList: true, subtree: true });

  // Let the keyboard reach what scrolls sideways, and nothing else. Only some browsers do this themselves.
  const SCROLLERS = "pre > code, .page-formula, .md-typeset__scrollwrap";
  const reach = (scrollers) => {
    for (const scroller of scrollers) {
      if (scroller.scrollWidth > scroller.clientWidth) scroller.tabIndex = 0;
      else scroller.removeAttribute("tabindex");
    }
  };
  const sizes = new ResizeObserver((changes) => {
    const scrollers = new Set(changes.map(({ target }) => target.closest(SCROLLERS)));
    // On touch screens, the theme takes code out of reach at the same time. The timeout lets it go first.
    setTimeout(reach, 0, scrollers);
  });
  onEachPage(() => {
    for (const wrap of document.querySelectorAll(".md-typeset__scrollwrap")) {
      Object.assign(wrap, { role: "group", ariaLabel: "Table" });
    }
    // A formula grows when its font has loaded; its box does not.
    for (const part of document.querySelectorAll(`${SCROLLERS}, .page-formula math`)) sizes.observe(part);
  });
}

{
  // When only the part of the URL after # changes, the theme would replace the page, and what was typed
  // would be lost. Until the reader goes to another page, let the browser follow such links.
  const { pathname } = location;
  let gone = false;
  const onClick = (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    if (link.hash && link.pathname === location.pathname && !link.closest(".md-search")) {
      // The theme has put the URL of the loaded page into the link. Add what was set since.
      Explorable.alive.forEach((explorable) => explorable.note());
      link.search = location.search;
    }
    const stays = event.ctrlKey || event.metaKey || link.hasAttribute("download"); // such as a new tab
    if (!stays) gone ||= link.pathname !== pathname;
    if (!gone && link.hash) event.stopPropagation();
  };
  const onHistory = (event) => {
    Explorable.alive.forEach((explorable) => explorable.read()); // after going back or forward
    gone ||= location.pathname !== pathname;
    if (!gone) event.stopImmediatePropagation();
  };
  addEventListener("click", onClick, true);
  addEventListener("popstate", onHistory, true);
}

{
  // Print in the light scheme: the dark scheme's pale letters are unreadable on paper. The theme unfolds
  // everything; source code that the reader has not unfolded would fill pages.
  const { dataset } = document.body;
  let scheme;
  addEventListener("beforeprint", () => {
    scheme = dataset.mdColorScheme;
    dataset.mdColorScheme = "default";
    for (const code of document.querySelectorAll(".mkdocstrings-source")) {
      code.classList.toggle("nnfp-folded", !code.open);
    }
  });
  addEventListener("afterprint", () => {
    dataset.mdColorScheme = scheme;
  });
}

{
  // Choose between light, dark and the system's scheme. The theme's script for this writes into the head of
  // a new page, so that the page is drawn twice more. This one stores the choice where the theme does.
  const choices = [...document.querySelectorAll("[data-nnfp-palette] input")];
  const light = matchMedia("(prefers-color-scheme: light)");
  const chosen = () => choices.findIndex((choice) => choice.checked);
  const show = () => {
    const index = chosen();
    const { mdColorMedia: media, mdColorScheme, mdColorPrimary: primary, mdColorAccent: accent } = choices[index].dataset;
    const asSystem = light.matches ? "default" : "slate";
    const scheme = media === "(prefers-color-scheme)" ? asSystem : mdColorScheme;
    if (document.body.dataset.mdColorScheme !== scheme) document.body.dataset.mdColorScheme = scheme;
    // The button next to a choice leads to the next choice.
    for (const choice of choices) choice.nextElementSibling.hidden = !choice.checked;
    __md_set("__palette", { index, color: { media, scheme, primary, accent } });
  };
  for (const choice of choices) {
    choice.onchange = show;
    choice.onkeydown = ({ key }) => {
      if (key !== "Enter") return;
      const next = choices[(chosen() + 1) % choices.length];
      next.click();
      next.focus();
    };
  }
  // With the theme's templates, the theme's script does this.
  if (choices.length > 0) {
    light.onchange = show;
    (choices[__md_get("__palette")?.index] ?? choices[0]).checked = true;
    show();
  }
}
