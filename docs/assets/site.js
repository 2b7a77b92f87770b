// What every page of the site has beyond the theme. Plain scripts, so that they run from a file too.
"use strict";

// An explorable is a custom element around a figure. What it shows depends on its state alone, and
// the page's address holds each part of the state that is not as it was at the start.
class Explorable extends HTMLElement {
  connectedCallback() {
    if (this.start) return; // moved, not made
    this.start = this.initial();
    this.state = { ...this.start };
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name in this.start) this.state[name] = value;
    }
    this.build();
    this.show();
  }

  // Change a part of the state, as in change({x: "1,2"}), show it, and note it in the address.
  change(part) {
    Object.assign(this.state, part);
    this.show();
    clearTimeout(this.noting);
    this.noting = setTimeout(() => this.note(), 200); // browsers limit how often an address may change
  }

  reset() {
    this.change(this.start);
  }

  note() {
    if (!this.isConnected) return; // the reader has gone on to another page
    const address = new URL(location);
    for (const [name, value] of Object.entries(this.state)) {
      if (value === this.start[name]) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", address);
  }
}

{
  const assets = new URL(".", document.currentScript.src);
  const asked = new Set();
  // A page's explorables are the elements that nothing has defined yet.
  document$.subscribe(() => {
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
  // The theme forgets names that a screen reader needs, and makes a landmark of each copy button.
  document.querySelector("[data-md-component=search]").ariaLabel = "Search";
  new MutationObserver(() => {
    for (const nav of document.querySelectorAll(".md-code__nav:not([role])")) nav.role = "none";
  }).observe(document.body, { childList: true, subtree: true });
}
