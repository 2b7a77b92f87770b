// The worker of the search. The theme's worker would load and prepare all texts with the first page that a
// reader opens. This one waits for the first query, and then runs the theme's worker.
"use strict";
{
  // The theme's kinds of messages.
  const [INDEX, READY, QUERY, RESULTS] = [0, 1, 2, 3];
  let index, asked, prepared;

  const answer = ({ data: { type, data } }) => {
    if (type === INDEX) {
      index = data;
      postMessage({ type: READY });
      return;
    }
    asked = data;
    if (asked.trim()) prepared ??= prepare().catch(() => (prepared = undefined)); // the next query tries again
    else postMessage({ type: RESULTS, data: { items: [] } });
  };

  const give = (type, data) => dispatchEvent(new MessageEvent("message", { data: { type, data } }));

  const prepare = async () => {
    // With `make serve`, the index contains the texts.
    const docs = index.docs.length ? index.docs : await (await fetch(new URL("../search/docs.json", location))).json();
    importScripts(new URL(`javascripts/workers/${location.search.slice(1)}`, location)); // it listens for messages, too
    give(INDEX, { ...index, docs });
    setTimeout(() => give(QUERY, asked)); // after it has read the texts
  };

  addEventListener("message", answer);
}
