// The explorable of the classification page: draw a digit, and watch the page's network read it.
"use strict";
{
  const WEIGHTS = new URL("weights/digits.js", document.currentScript.src);
  const WORDS = ["a zero", "a one", "a two", "a three", "a four", "a five", "a six", "a seven", "an eight", "a nine"];
  // Drawings of the digits from 0 to 9, as the URL has them.
  const EXAMPLES = [
    "iNThTiWnYrarcsdtfththtjtkslsorqntjtfsbqZpWlUkUjThTgTeTdUcTaVXWWZTgbg",
    "XWrbqYpWnVoWkqftftftgtgtftgtgtgtftgtgt",
    "VWkUmUoXsatdtirlqolshtetasarYrYqXpXpXqWpXpYqjmtetetftjshtftemf",
    "WQoYrZtdthsjrolrhtbsZrWoTkVj.detitirmpqnrhtdsbsXpUnUkTgTeUcWXbZ",
    "iKbubsbsasarasZrZrYqZqqmtgtftgtftfsftgtf.mbetftgtgtftftgtft",
    "YMfvftetetdsphratdthskroopnsisetctarWpVnUkThTeUbWYcd.YMtitgtgtetfpf",
    "oMTkUnWoYqZrarasbscsdtethtksmrroskthscsapXkUhTcUXXVZTfTkVmXpYr",
    "TPtftftgtftftfsdtekpbsZrasarbsasarasbsbscsdtdr",
    "qSWWYWVZTgTjVmZrdsktnrppsmrmqoqpoqlshtdtYqVnUlThUdUbYWcTgTlUoWpXqYrZrYqYpXlUgT",
    "qUaWaVVZTeThVlWpZretitnqrositdrZpXoWmUibgtgtgtgtftetftetdtetfm",
  ];
  const START = 3; // the example in the figure
  const SIDE = 256; // of the pad, in the units of its strokes
  const NEAR = 8; // the shortest line that a pointer draws
  const DOT = 24; // what is smaller counts as this large
  const CELL = 16; // how far an arrow key moves the pen
  const MOST = 3000; // letters of a drawing
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const MOVES = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
  };

  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

  // Two letters for each point: the first point in steps of 4, the others from the point before.
  const first = (point) => point.map((c) => LETTERS[clamp(Math.round(c / 4), 0, 63)]).join("");
  const decode = (text) => text.split(".").filter(Boolean).map((stroke) => {
    const points = [];
    for (let i = 0; i < stroke.length; i += 2) {
      const [x, y] = [stroke[i], stroke[i + 1]].map((letter) => LETTERS.indexOf(letter));
      const [left, top] = points.at(-1) ?? [];
      points.push(i ? [left + x - 32, top + y - 32] : [4 * x, 4 * y]);
    }
    return points;
  });

  // The smallest and the largest x (k = 0) or y (k = 1).
  const extent = (points, k) => {
    const all = points.map((point) => point[k]);
    return [Math.min(...all), Math.max(...all)];
  };

  // Turn strokes into a bitmap of 32 × 32 as those of the data, and count the dark pixels in blocks of 4 × 4.
  // In the data, the leftmost pixels of the highest and the lowest row are above each other, most digits are
  // 20 wide and all are 32 high, and about 312 pixels are dark, in a thin digit as in a wide one.
  const count = (strokes) => {
    const lines = fit(straighten(strokes)).flatMap((points) => points.map(([x, y], i) => {
      const [x1, y1] = points[i - 1] ?? [x, y];
      return { x1, y1, dx: x - x1, dy: y - y1 };
    }));
    const distances = Float32Array.from({ length: 1024 }, (_, i) => distance(lines, (i % 32) + 0.5, Math.floor(i / 32) + 0.5));
    const nearest = [...distances.keys()].sort((a, b) => distances[a] - distances[b] || a - b);
    const counts = Array(64).fill(0);
    for (const i of nearest.slice(0, 312)) counts[8 * Math.floor(i / 128) + Math.floor((i % 32) / 4)]++;
    return counts;
  };

  // Shift each height sideways until the left ends of the top and the bottom are above each other.
  const straighten = (strokes) => {
    const points = strokes.flat();
    const [top, bottom] = extent(points, 1);
    const height = bottom - top;
    const end = (near) => extent(points.filter(([, y]) => Math.abs(y - near) <= 0.08 * height), 0)[0];
    const slant = height ? clamp((end(bottom) - end(top)) / height, -0.7, 0.7) : 0;
    return strokes.map((stroke) => stroke.map(([x, y]) => [x - slant * y, y]));
  };

  // Fit the middle of the pen's line into 14 × 26, in the middle of 32 × 32: the pen is about 6 wide.
  // What is narrow is not widened, what is flat becomes at most twice as high, and a dot stays a dot.
  const fit = (strokes) => {
    const points = strokes.flat();
    const [[left, right], [top, bottom]] = [extent(points, 0), extent(points, 1)];
    const [width, height] = [Math.max(right - left, DOT), Math.max(bottom - top, DOT)];
    const across = Math.min(14 / width, 26 / height);
    const down = Math.min(26 / height, 2 * across);
    return strokes.map((stroke) => stroke.map(([x, y]) => [
      16 + (x - (left + right) / 2) * across,
      16 + (y - (top + bottom) / 2) * down,
    ]));
  };

  // The square of the distance from a place to the nearest line.
  const distance = (lines, x, y) => {
    let least = Infinity;
    for (const { x1, y1, dx, dy } of lines) {
      const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy) || 0;
      const share = clamp(along, 0, 1);
      const right = x - x1 - share * dx;
      const below = y - y1 - share * dy;
      least = Math.min(least, right * right + below * below);
    }
    return least;
  };

  // The network: the hidden activations and the probabilities for the numbers of an image.
  const forward = (weights, image) => {
    const layer = (name, x) => weights[`${name}.bias`].map((bias, i) =>
      weights[`${name}.weight`][i].reduce((sum, weight, j) => sum + weight * x[j], bias));
    const hidden = layer("layers.0", image).map((sum) => Math.max(0, sum));
    const logits = layer("layers.1", hidden);
    const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
    const total = powers.reduce((a, b) => a + b);
    return { hidden, logits, probabilities: powers.map((power) => power / total) };
  };

  // A smooth line through the points of a stroke, as the path of an SVG.
  const curve = (points) => {
    const [start, ...rest] = points;
    const end = rest.pop();
    const bends = rest.map(([x, y], i) => {
      const [nextX, nextY] = rest[i + 1] ?? end;
      return `Q ${x} ${y} ${(x + nextX) / 2} ${(y + nextY) / 2}`;
    });
    return `M ${start.join(" ")} ${bends.join(" ")} ${end ? `L ${end.join(" ")}` : "h 0"}`;
  };

  customElements.define("explore-digits", class extends Explorable {
    initial() {
      return { strokes: EXAMPLES[START] };
    }

    problem(name, value) {
      if (value.length > MOST) return "This drawing has too many lines. Undo or clear some of them.";
      if (/^(([\w-]{2})+(\.([\w-]{2})+)*)?$/.test(value)) return "";
      return `Expected strokes in the letters of this page's URLs, got ${value}.`;
    }

    build() {
      this.stage.classList.remove("nnfp-stays"); // the pad is more important
      this.result = make("p", { className: "nnfp-result" });
      const examples = EXAMPLES.map((strokes, digit) =>
        this.button(String(digit), () => this.set(strokes), { ariaLabel: `example ${digit}` }));
      const buttons = make("div", { className: "nnfp-buttons" },
        this.button("Undo", () => this.set(this.state.strokes.replace(/\.?[^.]*$/, ""))),
        this.button("Clear", () => this.set("")),
        this.button("Reset", () => this.set(this.start.strokes)));
      const controls = make("div", { className: "nnfp-controls" },
        make("p", { className: "nnfp-quiet" }, "Draw a digit in the box."),
        buttons,
        make("p", { className: "nnfp-quiet" }, "Or look at one of ours:"),
        make("div", { className: "nnfp-buttons nnfp-examples", role: "group", ariaLabel: "Examples" }, ...examples));
      this.stage.before(this.makePad(), controls, this.result);
    }

    makePad() {
      this.pad = make("div", { className: "nnfp-pad", tabIndex: 0, role: "application" });
      this.pad.ariaLabel = "Pad to draw on. Arrow keys move the pen, Space puts it down and lifts it.";
      this.pad.innerHTML = `<svg viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true"><path/><circle r="9"/></svg>`;
      [this.line, this.tip] = this.pad.firstChild.children;
      this.pen = [5.5 * CELL, 3.5 * CELL];
      const held = (event) => this.pad.hasPointerCapture(event.pointerId);
      this.pad.onpointerdown = (event) => {
        if (event.button || !event.isPrimary) return;
        this.pad.setPointerCapture(event.pointerId);
        this.keyed = this.down = false;
        this.begin(this.place(event));
      };
      this.pad.onpointermove = (event) => held(event) && this.extend(this.place(event), NEAR);
      this.pad.onpointerup = (event) => held(event) && this.extend(this.place(event), 3);
      this.pad.onkeydown = (event) => this.press(event);
      this.pad.onblur = () => {
        this.keyed = this.down = false;
        this.showPen();
      };
      return this.pad;
    }

    // Where a pointer is on the pad.
    place({ clientX, clientY }) {
      const { left, top, width } = this.pad.firstChild.getBoundingClientRect();
      return [clientX - left, clientY - top].map((c) => clamp(Math.round((c * SIDE) / width), 0, SIDE - 1));
    }

    press(event) {
      const move = MOVES[event.key];
      if ((!move && event.key !== " ") || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault(); // would scroll
      if (!move && event.repeat) return; // a held Space would lift the pen again
      this.keyed = true;
      if (move) this.pen = this.pen.map((c, k) => clamp(c + CELL * move[k], CELL / 2, SIDE - CELL / 2));
      else this.down = !this.down;
      if (!move && this.down) this.begin(this.pen);
      else if (this.down) this.extend(this.pen, 1);
      else this.change({}); // makes screen readers read out where the pen is
    }

    // Replace the drawing.
    set(strokes) {
      this.down = false;
      this.change({ strokes });
    }

    // Begin a stroke. The first one replaces an example.
    begin(point) {
      const { strokes } = this.state;
      this.change({ strokes: (strokes && !EXAMPLES.includes(strokes) ? `${strokes}.` : "") + first(point) });
    }

    // Continue the last stroke with a line, unless it would be too short.
    extend(to, least) {
      const from = decode(this.state.strokes).at(-1)?.at(-1);
      if (!from) return this.begin(to); // it was cleared
      const way = to.map((c, k) => c - from[k]);
      if (Math.hypot(...way) < least) return;
      const parts = Math.ceil(Math.max(...way.map(Math.abs)) / 31);
      let [strokes, last] = [this.state.strokes, from];
      for (let i = 1; i <= parts; i++) {
        const next = from.map((c, k) => Math.round(c + (way[k] * i) / parts));
        strokes += next.map((c, k) => LETTERS[c - last[k] + 32]).join("");
        last = next;
      }
      this.change({ strokes });
    }

    show() {
      const strokes = decode(this.state.strokes);
      this.line.setAttribute("d", strokes.map(curve).join(" "));
      this.showPen();
      // At the start, the figure shows what the network reads, without its weights.
      this.used ||= this.state.strokes !== this.start.strokes;
      if (!this.used) return this.write(`The network reads ${WORDS[START]}. Draw your own digit over it.`);
      const image = strokes.length ? count(strokes).map((dark) => dark / 16) : Array(64).fill(0);
      this.shade("image", image);
      if (strokes.length && window.nnfpDigits) return this.showReading(forward(window.nnfpDigits, image));
      this.showReading();
      if (strokes.length) this.load();
    }

    // Load the weights when they are first needed.
    load() {
      this.write("The weights are loading …");
      const failed = () => this.write("The weights could not be loaded. Draw on to try again.");
      this.loadWeights(WEIGHTS, "nnfpDigits", () => this.show(), failed);
    }

    write(text) {
      this.result.textContent = text;
    }

    shade(name, shades) {
      this.part(name).querySelectorAll("rect").forEach((cell, i) => (cell.style.fillOpacity = shades[i].toFixed(2)));
    }

    // Show what the network makes of the drawing, or that there is none.
    showReading({ hidden, probabilities } = { hidden: Array(64).fill(0), probabilities: Array(10).fill(0) }) {
      this.shade("hidden", hidden.map((activation) => activation / Math.max(...hidden, 1e-9)));
      const ranked = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
      const [best, second] = probabilities[ranked[0]] ? ranked : [];
      probabilities.forEach((probability, digit) => {
        this.part(`digit-${digit}`, "rect").setAttribute("width", (60 * probability).toFixed(1));
        this.part(`digit-${digit}`, "text").style.fillOpacity = digit === best ? 1 : 0.7;
      });
      const share = this.part("share", "text");
      share.textContent = best === undefined ? "" : percent(probabilities[best]);
      if (best === undefined) {
        this.svg.ariaLabel = "An empty image of 8 × 8 pixels: the network reads nothing";
        return this.write("Nothing is drawn, so there is nothing to read.");
      }
      const row = this.part(`digit-${best}`, "rect");
      share.setAttribute("x", Number(row.getAttribute("x")) + 60 * probabilities[best] + 4);
      share.setAttribute("y", this.part(`digit-${best}`, "text").getAttribute("y"));
      const named = `${best} with ${share.textContent}`;
      this.svg.ariaLabel = `An image of 8 × 8 pixels, 64 hidden activations and ten probabilities: ${named}`;
      const other = probabilities[second];
      this.write(`The network reads ${WORDS[best]}, with ${share.textContent}.` +
        (other < 0.1 ? "" : ` It could be ${WORDS[second]}, with ${percent(other)}.`));
    }

    showPen() {
      const [x, y] = this.pen;
      this.tip.setAttribute("cx", x);
      this.tip.setAttribute("cy", y);
      this.pad.classList.toggle("nnfp-keyed", Boolean(this.keyed));
      this.pad.classList.toggle("nnfp-down", Boolean(this.down));
    }

    says() {
      const [column, row] = this.pen.map((c) => Math.ceil(c / CELL));
      const pen = `Pen ${this.down ? "down" : "up"}, column ${column} of 16, row ${row}. `;
      return (this.keyed ? pen : "") + this.result.textContent;
    }
  });
}
