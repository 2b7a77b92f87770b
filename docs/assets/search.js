// The worker of the search. The theme's worker would load and prepare all texts with the first page that a
// reader opens. This one waits for the first query. Then it lets the theme's worker find the entries that match,
// and sorts them: what is named like the query comes first, functions and classes before pages before the glossary.
"use strict";
{
  // The theme's kinds of messages.
  const [INDEX, READY, QUERY, RESULTS] = [0, 1, 2, 3];
  // What a result is, in the order of results with the same name.
  const KINDS = ["object", "page", "glossary", "module"];
  const LABELS = { object: "API", page: "Page", glossary: "Glossary", module: "API" };
  const post = self.postMessage;
  // On a page opened as a file, the worker is a script in a frame, and the polyfill adds a second query to its URL.
  const here = new URL(self.document ? document.currentScript.src : location);
  const themes = here.search.split("?")[1];
  const NONE = 4; // the distance of an entry whose names do not match
  const entries = new Map();
  let index, asked, prepared, listen;

  /** Keep the words of a text, as in "nn.linear" or "mini batch". */
  const plain = (text) =>
    text
      .toLowerCase()
      .replace(/['’]s\b/g, "")
      .split(/[^\p{L}\p{N}_.]+/u)
      .map((word) => word.replace(/^\.+|\.+$/g, ""))
      .filter(Boolean)
      .join(" ");

  /** List each name that leads to an object: `c`, `b.c` and `a.b.c` lead to `a.b.c`. */
  const endings = (name) => name.split(".").map((_, at, parts) => parts.slice(at).join("."));

  const kindOf = (location) => {
    if (location.startsWith("glossary")) return "glossary";
    if (!location.startsWith("reference")) return "page";
    return location.includes("#") ? "object" : "module";
  };

  /** Return an entry as the theme's worker indexes it, and remember the rest. */
  const enter = ({ location, title, text, boost, about = [] }, order, page) => {
    const kind = kindOf(location);
    const [, anchor = ""] = location.split("#");
    const name = (kind === "object" ? anchor : title).replace(/<.*?>/g, "");
    const names = LABELS[kind] === "API" ? endings(name) : [name, ...about];
    const label = LABELS[kind] + (anchor && kind !== "glossary" ? ` · ${page}` : "");
    entries.set(location, { kind: KINDS.indexOf(kind), order, label, names: names.map(plain), text });
    const shown = kind === "object" ? name.replace(`${page}.`, "") : title; // a method is shown with its class
    return { location, title: shown, text, boost, about: about.join(", ") };
  };

  /** Ask the theme's worker, which answers with a message. */
  const ask = (type, data) =>
    new Promise((resolve) => {
      self.postMessage = (message) => resolve(message.data);
      listen({ data: { type, data } });
    });

  const prepare = async () => {
    // With `make serve` and in pages opened as files, the index contains the texts.
    const all = index.docs.length ? index.docs : await (await fetch(new URL("../search/docs.json", here))).json();
    self.addEventListener = (_, listener) => (listen = listener);
    await importScripts(new URL(`javascripts/workers/${themes}`, here));
    const pages = new Map();
    for (const { location, title } of all) if (!location.includes("#")) pages.set(location, title);
    // A learn page ends with the source of its objects, which are entries of the API already.
    const docs = all.filter(({ location }) => location.startsWith("reference") || !/#.*\./.test(location));
    const fields = { ...index.config.fields, about: { boost: 100 } };
    await ask(INDEX, {
      ...index,
      config: { ...index.config, fields },
      docs: docs.map((doc, order) => enter(doc, order, pages.get(doc.location.split("#")[0]))),
    });
  };

  /** Say how far an entry's names are from the query: 0 means that one is the same. */
  const distanceOf = (names, query) => {
    const last = query.split(".").at(-1);
    const tests = [(n) => n === query, (n) => n === last, (n) => n.startsWith(query), (n) => n.startsWith(last)];
    const found = tests.findIndex((test) => names.some(test));
    return found < 0 ? NONE : found;
  };

  /** Return one sentence of an entry: the first that contains the query, or the one that defines the name. */
  const context = ({ item, kind, distance, text }) => {
    const isDefinition = distance < NONE && KINDS[kind] !== "page";
    const sentences = (isDefinition ? text : item.text)
      .replace(/<p>\s*Bases:.*?<\/p>/, "")
      .replace(/<(?!\/?mark>)\/?(\w+).*?>/g, (_, tag) => (/^(code|su[bp])$/.test(tag) ? "" : " "))
      .split(/(?<=[.?!](?:<\/mark>)?)\s+(?=\p{Lu})/u);
    const words = (sentences.find((sentence) => sentence.includes("<mark>")) ?? sentences[0]).trim().split(/\s+/);
    const at = words.findIndex((word) => word.includes("<mark>"));
    const from = at > 6 ? at - 3 : 0; // the line shows its beginning
    return (from ? "… " : "") + words.slice(from, from + 30).join(" ");
  };

  const search = async (typed) => {
    const query = plain(typed.replace(/^\s*([\w.]+)\(.*/, "$1")); // of a call, the function
    if (!query) return { items: [] };
    // Few texts contain a dotted name as it was typed. Numbers keep their dots.
    const { items, suggest } = await ask(QUERY, query.replace(/\S*\.(?!\d)/g, ""));
    const found = items.flat().filter(({ score }) => score); // 0 is the page of an entry that was found
    const results = found.map((item) => ({ item, ...entries.get(item.location) }));
    for (const result of results) result.distance = distanceOf(result.names, query);
    results.sort(
      (a, b) =>
        a.distance - b.distance ||
        (a.distance < NONE ? a.kind - b.kind || a.order - b.order : b.item.score - a.item.score),
    );
    const show = (result, at) => {
      const { item, label } = result;
      const title = `${item.title} <small>${label}</small><span>${context(result)}</span>`;
      const terms = Object.fromEntries(Object.entries(item.terms).filter(([, isFound]) => isFound));
      // Enter opens the result with the highest score.
      return [{ ...item, title, terms, text: "", score: results.length - at }];
    };
    return { items: results.map(show), suggest };
  };

  const answer = async ({ data: { type, data } }) => {
    if (type === INDEX) {
      index = data;
      post({ type: READY });
      return;
    }
    asked = data;
    if (asked.trim()) await (prepared ??= prepare());
    if (asked === data) post({ type: RESULTS, data: await search(data) });
  };

  // If a file fails to load, the next query tries again.
  addEventListener("message", (message) => answer(message).catch(() => (prepared = undefined)));
}
