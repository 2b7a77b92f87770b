// What every page of the site has beyond the theme. Plain scripts, so that they run from a file too.
"use strict";

// Make an element, as in make("output", { className: "nnfp-result" }, "19").
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// An explorable is a custom element around a figure. What it shows depends on its state alone, which
// is made of strings, and the page's address holds each that is not as it was at the start. To write:
// initial() returns the state at the start, build() makes the controls, show() shows the state,
// problem(name, value) returns a sentence for a value that cannot be shown, says() what is read out.
class Explorable extends HTMLElement {
  static alive = new Set();

  connectedCallback() {
    Explorable.alive.add(this);
    if (this.start) return; // moved, not made
    this.page = location.pathname;
    this.start = this.initial();
    this.state = { ...this.start };
    this.message = make("p", { className: "nnfp-message", role: "alert" });
    this.spoken = make("p", { className: "nnfp-spoken", role: "status" });
    this.build();
    this.append(this.message, this.spoken);
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

  // Take the state from the address.
  read() {
    if (location.pathname !== this.page) return; // the address is that of a page to come
    const asked = new URLSearchParams(location.search);
    const names = Object.keys(this.start).filter((name) => asked.has(name)); // in the state's own order
    this.state = { ...this.start };
    this.take(Object.fromEntries(names.map((name) => [name, asked.get(name)])));
  }

  // Take a part of the state, as in take({x: "1"}), say what is wrong with it, and show what is right.
  // A field that is being typed in is left alone.
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
  }

  // Change a part of the state, and note it in the address when nothing has changed for a moment:
  // browsers limit how often an address may change, and listeners how much they want to hear.
  change(part, typed) {
    this.take(part, typed);
    clearTimeout(this.noting);
    this.noting = setTimeout(() => this.note(), 200);
  }

  reset() {
    this.change(this.start);
  }

  note() {
    if (!this.isConnected || location.pathname !== this.page) return; // the reader has gone on
    this.spoken.textContent = this.says();
    const address = new URL(location);
    for (const [name, value] of Object.entries(this.state)) {
      if (value === this.start[name]) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", address);
  }

  // An input (or, for tag "select", a choice) of a part of the state. Half a number is no mistake yet:
  // only what a reader has finished typing is complained about. While it is none that can be shown, and
  // when it is refused, the state is as it was before: 5 typed on the way to 500 is not meant.
  field(name, properties, tag = "input", ...children) {
    const field = make(tag, { ...properties, name, autocomplete: "off" }, ...children);
    let before;
    const goBack = () => this.problem(name, field.value) && before && (this.state = { ...before });
    field.onfocus = () => (before = undefined);
    field.oninput = () => {
      before ??= { ...this.state };
      this.change(goBack() ? {} : { [name]: field.value }, field);
    };
    field.onchange = () => {
      goBack();
      before = undefined;
      this.change({ [name]: field.value });
    };
    return field;
  }

  button(text, onclick, properties) {
    return make("button", { type: "button", className: "md-button", onclick, ...properties }, text);
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

// What is wrong with a text that is to be a number, in a sentence; nothing if it is one.
function wrongNumber(name, text, low, high, whole = false) {
  const value = text.trim() ? Number(text) : NaN;
  // A whole number is written in one way only, so that a choice of a <select> can be told by it.
  if (value >= low && value <= high && (!whole || text === String(Math.trunc(value)))) return "";
  return `Expected a ${whole ? "whole " : ""}number from ${written(low)} to ${written(high)} as ${name}, got ${text.trim() || "none"}.`;
}

// A piece of text in the colour of inputs ("input") or weights ("weight").
function colored(color, text) {
  return make("span", { className: `nnfp-${color}` }, text);
}

// A negative number after a sign stands in brackets: 1 + (−2).
function bracketed(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

// Do something on each page: the theme puts them in without loading them, and begins after this script.
// It comes after what the theme does then, so that a click or a key in between need not wait for both.
function onEachPage(act) {
  addEventListener("DOMContentLoaded", () => document$.subscribe(() => setTimeout(act)));
}

{
  const assets = new URL(".", document.currentScript.src);
  const asked = new Set();
  // A page's explorables are the elements that nothing has defined yet.
  onEachPage(() => {
    for (const { localName } of document.querySelectorAll("main :not(:defined)")) {
      if (asked.has(localName)) continue;
      asked.add(localName);
      const script = document.createElement("script");
      script.src = new URL(`${localName}.js`, assets);
      document.head.append(script);
    }
  });
}

{
  // The theme forgets names that a screen reader needs.
  document.querySelector("[data-md-component=search]").ariaLabel = "Search";
  new MutationObserver(() => {
    for (const shown of document.querySelectorAll(".md-tooltip2[role=dialog]")) shown.ariaLabel = "Preview";
  }).observe(document.body, { childList: true, subtree: true });

  // Without a mouse, the theme leaves code that scrolls out of the keyboard's reach.
  const reach = () => {
    for (const code of document.querySelectorAll("pre > code")) {
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
    }
  };
  onEachPage(() => setTimeout(reach, 200)); // measuring can wait for what is seen first
  document.addEventListener("toggle", reach, true); // what was folded has no width before
}

{
  // The theme would put the first page in anew when only what follows # in its address changes, and
  // what was typed there would be lost. Until the reader goes to another page, the browser does it.
  const { pathname } = location;
  let gone = false;
  const onClick = (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    if (link.hash && link.pathname === location.pathname && !link.closest(".md-search")) {
      // The theme has written the address as it was when the page came: what was set since would go.
      Explorable.alive.forEach((explorable) => explorable.note());
      link.search = location.search;
    }
    if (!event.ctrlKey && !event.metaKey) gone ||= link.pathname !== pathname; // or else it is another tab's
    if (!gone && link.hash) event.stopPropagation();
  };
  const onHistory = (event) => {
    Explorable.alive.forEach((explorable) => explorable.read()); // the reader went back or forward
    gone ||= location.pathname !== pathname;
    if (!gone) event.stopImmediatePropagation();
  };
  addEventListener("click", onClick, true);
  addEventListener("popstate", onHistory, true);
}

{
  // Paper is light: the dark scheme's pale letters could not be read on it.
  const { dataset } = document.body;
  let scheme;
  addEventListener("beforeprint", () => {
    scheme = dataset.mdColorScheme;
    dataset.mdColorScheme = "default";
  });
  addEventListener("afterprint", () => {
    dataset.mdColorScheme = scheme;
  });
}

{
  // Light, dark, or as the system is. The theme's script for that writes into the head of a page as it
  // begins, and by that all of it is drawn twice more. This one keeps the choice where the theme's would.
  const ways = [...document.querySelectorAll("[data-nnfp-palette] input")];
  const light = matchMedia("(prefers-color-scheme: light)");
  const chosen = () => ways.findIndex((way) => way.checked);
  const show = () => {
    const index = chosen();
    const { mdColorMedia: media, mdColorScheme, mdColorPrimary: primary, mdColorAccent: accent } = ways[index].dataset;
    const asSystem = light.matches ? "default" : "slate";
    const scheme = media === "(prefers-color-scheme)" ? asSystem : mdColorScheme;
    if (document.body.dataset.mdColorScheme !== scheme) document.body.dataset.mdColorScheme = scheme;
    // The button beside a way leads to the next one.
    for (const way of ways) way.nextElementSibling.hidden = !way.checked;
    __md_set("__palette", { index, color: { media, scheme, primary, accent } });
  };
  for (const way of ways) {
    way.onchange = show;
    way.onkeydown = ({ key }) => {
      if (key !== "Enter") return;
      const next = ways[(chosen() + 1) % ways.length];
      next.click();
      next.focus();
    };
  }
  // With other templates than ours, the theme's own script is there.
  if (ways.length > 0) {
    light.onchange = show;
    (ways[__md_get("__palette")?.index] ?? ways[0]).checked = true;
    show();
  }
}
