// The search's worker. The theme's own gets all that it looks through with a reader's first page, and
// prepares it there. This one waits until something is asked, and then leaves all to the theme's.
"use strict";
{
  // The kinds of messages, as the theme sends and expects them.
  const [INDEX, READY, QUERY, RESULTS] = [0, 1, 2, 3];
  let index, asked, prepared;

  const answer = ({ data: { type, data } }) => {
    if (type === INDEX) {
      index = data;
      postMessage({ type: READY });
      return;
    }
    asked = data;
    if (asked.trim()) prepared ??= prepare().catch(() => (prepared = undefined)); // asked again, it tries again
    else postMessage({ type: RESULTS, data: { items: [] } });
  };

  const give = (type, data) => dispatchEvent(new MessageEvent("message", { data: { type, data } }));

  const prepare = async () => {
    // A site that `make serve` shows has all of it in the index itself.
    const docs = index.docs.length ? index.docs : await (await fetch(new URL("../search/docs.json", location))).json();
    importScripts(new URL(`javascripts/workers/${location.search.slice(1)}`, location)); // it listens, too
    give(INDEX, { ...index, docs });
    setTimeout(() => give(QUERY, asked)); // when it has read them
  };

  addEventListener("message", answer);
}
