// Follow the links that pages and headings left behind when they moved (pages/publish/moved.py).
"use strict";
{
  const follow = () => {
    const notes = [...document.querySelectorAll(".nnfp-moved")];
    const heading = notes.find(({ id }) => id && `#${id}` === location.hash);
    const moved = heading ?? notes.find(({ id }) => !id); // a page's note has no id
    if (!moved) return;
    const url = new URL(moved.querySelector("a").href);
    if (!heading) {
      url.search = location.search;
      if (location.hash) url.hash = location.hash;
    }
    location.replace(url);
  };
  addEventListener("hashchange", follow);
  follow();
}
