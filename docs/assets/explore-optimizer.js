// The explorable of the pages on optimizers: draw the paths of optimizers on a map of the loss. If the figure
// has two paths, two optimizers can be compared, and their losses are plotted next to the map.
"use strict";
{
  const LIMIT = 1e308; // near the largest number of a computer
  const NAMES = { w: "start weight", b: "start bias", lr: "learning rate", lr2: "second learning rate" };
  const OPTIMIZERS = {
    sgd: "SGD",
    momentum: "momentum",
    nesterov: "Nesterov",
    decay: "decay",
    rmsprop: "RMSprop",
    adam: "Adam",
    adamw: "AdamW",
    solved: "Solved",
  };
  const ALONE = ["sgd", "momentum", "adam", "solved"]; // the choices for a single path
  // The learning rate that a newly chosen optimizer gets. Solved keeps that of the one before.
  const RATES = { sgd: "0.01", momentum: "0.01", nesterov: "0.01", decay: "0.01", rmsprop: "0.2", adam: "0.2", adamw: "0.2" };

  // The loss and its gradient: relu(w·n + b) should be 3·n, for n from 1 to 10.
  const measure = ([w, b]) => {
    let [loss, dw, db] = [0, 0, 0];
    for (let n = 1; n <= 10; n++) {
      const sum = w * n + b;
      const silent = sum <= 0; // at 0, the slope of ReLU counts as 0
      const miss = (silent ? 0 : sum) - 3 * n;
      loss += miss * miss;
      if (silent) continue;
      dw += 0.2 * miss * n;
      db += 0.2 * miss;
    }
    return { loss: loss / 10, gradient: [dw, db] };
  };

  // The mean of what was seen so far, in which each number counts less with every later one.
  const running = (memory, name, keep, value) => (memory[name] = keep * (memory[name] ?? 0) + (1 - keep) * value);
  const pushed = (memory, gradient) => (memory.velocity = 0.9 * (memory.velocity ?? 0) + gradient);

  // PyTorch's rule of each optimizer, for one number: its value, its gradient, the learning rate, what it
  // remembers of earlier steps, and the number of this step, from 1.
  const RULES = {
    sgd: (value, gradient, lr) => value - lr * gradient,
    decay: (value, gradient, lr) => value - lr * (gradient + 1 * value),
    momentum: (value, gradient, lr, memory) => value - lr * pushed(memory, gradient),
    nesterov: (value, gradient, lr, memory) => value - lr * (gradient + 0.9 * pushed(memory, gradient)),
    rmsprop: (value, gradient, lr, memory) =>
      value - (lr * gradient) / (Math.sqrt(running(memory, "square", 0.99, gradient * gradient)) + 1e-8),
    adam: (value, gradient, lr, memory, step) => {
      const mean = running(memory, "mean", 0.9, gradient);
      const square = running(memory, "square", 0.999, gradient * gradient);
      const size = Math.sqrt(square) / Math.sqrt(1 - 0.999 ** step) + 1e-8;
      return value - ((lr / (1 - 0.9 ** step)) * mean) / size;
    },
    adamw: (value, gradient, lr, ...rest) => RULES.adam(value * (1 - lr * 0.01), gradient, lr, ...rest),
  };

  // The weight and the bias, at the start and after each step.
  const walk = (optimizer, lr, start, steps) => {
    const path = [start];
    const memories = [{}, {}];
    for (let k = 1; k <= steps; k++) {
      const here = path[k - 1];
      const { gradient } = measure(here);
      const next = (value, i) => RULES[optimizer](value, gradient[i], lr, memories[i], k);
      path.push(optimizer === "solved" ? [3, 0] : here.map(next));
    }
    return path;
  };

  // For each seed, two numbers from -1 to 1 that look random (the sequence R2).
  const randomStart = (seed) => {
    const spread = (by) => String(Number((Math.imul(Number(seed) + 1, by) / 2 ** 31).toFixed(2)));
    return { w: spread(0xc13fa9a9), b: spread(0x91e10da5) };
  };

  // Where on the picture a weight and a bias are (nnfp/draw/contours.py), and back.
  const clamp = (x) => Number(Math.max(-1e6, Math.min(1e6, x)).toFixed(1));
  const place = ([w, b]) => [clamp(48 + (416 / 6) * (w + 1)), clamp(304 - (270 / 8) * (b + 4))];
  const placeBack = ({ x, y }) => [((x - 48) / 416) * 6 - 1, ((304 - y) / 270) * 8 - 4];
  const onMap = ([w, b]) => w >= -1 && w <= 5 && b >= -4 && b <= 4;

  // What is special about where a path leads, in a sentence.
  const describe = (optimizer, path, numbers) => {
    const { w, b, dw, db } = numbers;
    if (!Object.values(numbers).every(Number.isFinite)) {
      return "The numbers have outgrown the computer: ∞ is too large, nan is not a number.";
    }
    if (w === 3 && b === 0) return optimizer === "solved" ? "It knew the answer." : "This is the answer.";
    if (w === 0 && b === 0) return "Every sum is 0, the corner of ReLU. The slope counts as 0 there, so the gradient is 0.";
    if (dw === 0 && db === 0) return "ReLU makes 0 of every sum, so the gradient is 0: the neuron is dead.";
    if (onMap([w, b])) return "";
    return path.some(onMap) ? "It has left the map." : "It is off the map, like its start.";
  };

  // The plot of the losses has another shape on narrow screens.
  const narrow = matchMedia("(width < 45em)");
  narrow.onchange = () => document.querySelectorAll("explore-optimizer").forEach((one) => one.show());

  customElements.define("explore-optimizer", class extends Explorable {
    // As in the figure: the steps of the page's loop.
    initial() {
      this.both = Boolean(this.part("path-2"));
      this.last = this.both ? 100 : 1000; // steps
      const state = { optimizer: "sgd", lr: "0.01", w: "1", b: "0", seed: "", step: "10" };
      return this.both ? { ...state, w: "4", b: "3", step: "50", optimizer2: "momentum", lr2: "0.01" } : state;
    }

    problem(name, value) {
      if (name in NAMES) return wrongNumber(NAMES[name], value, name.startsWith("lr") ? 0 : -LIMIT, LIMIT);
      if (name === "step") return wrongNumber("step", value, 0, this.last, true);
      if (name === "seed") return value && wrongNumber("seed", value, 0, 2 ** 32 - 1, true);
      if (this.choices().includes(value)) return "";
      return `Expected ${this.choices().join(", ")} as optimizer, got ${value || "none"}.`;
    }

    choices() {
      return this.both ? Object.keys(OPTIMIZERS) : ALONE;
    }

    // A seed determines the start. A typed start has no seed.
    take(part, typed) {
      const fine = (name) => part[name] && !this.problem(name, part[name]);
      if (fine("seed")) part = { ...part, ...randomStart(part.seed) };
      else if (fine("w") || fine("b")) part = { seed: "", ...part };
      super.take(part, typed);
    }

    // A newly chosen optimizer gets a learning rate that suits it. A step of the run would overwrite what is
    // being typed.
    change(part, typed) {
      if (typed) this.pause();
      for (const which of ["", "2"]) {
        const chosen = part[`optimizer${which}`];
        const rate = chosen !== this.state[`optimizer${which}`] && RATES[chosen];
        if (rate) part = { [`lr${which}`]: rate, ...part };
      }
      super.change(part, typed);
    }

    build() {
      this.prepareMap();
      this.count = make("th", { scope: "col" });
      this.comment = make("p", { className: "nnfp-comment" });
      if (this.both) {
        this.part("names").style.display = "none"; // the rows of the table have them
        this.append(this.makeChart());
        this.stage.classList.remove("nnfp-stays"); // it would hide the chart
      }
      this.append(this.both ? this.makeRace() : this.makeReadout(), this.comment, this.makeControls());
    }

    // A row of a table: its head, and cells that are filled in later.
    row(name, head, ...cells) {
      return named(name, make("tr", {}, make("th", { scope: "row" }, head), ...cells));
    }

    heads(...names) {
      return make("tr", {}, this.count, ...names.map((name) => make("th", { scope: "col" }, name)));
    }

    makeReadout() {
      const [w, b, loss, dw, db] = (this.cells = Array.from({ length: 5 }, () => make("td", {})));
      return make("table", { className: "nnfp-readout" },
        this.heads("weight", "bias", "loss"),
        this.row("now", "now", w, b, loss),
        this.row("", "gradient", dw, db, make("td", {})),
      );
    }

    // The optimizers, one below the other, with their settings and where they are.
    makeRace() {
      this.cells = Array.from({ length: 6 }, () => make("td", {}));
      const row = (which, second) => this.row(`now${which}`,
        this.select(`optimizer${which}`, { ariaLabel: `${second}optimizer` }),
        make("td", {}, this.number(`lr${which}`, { min: 0, step: 0.005, ariaLabel: `${second}learning rate` })),
        ...this.cells.slice(which ? 3 : 0).slice(0, 3),
      );
      const heads = this.heads("rate", "weight", "bias", "loss");
      return make("table", { className: "nnfp-readout nnfp-race nnfp-control" }, heads, row("", ""), row("2", "second "));
    }

    select(name, properties) {
      const choices = this.choices().map((value) => make("option", { value }, OPTIMIZERS[value]));
      return this.field(name, properties, "select", ...choices);
    }

    makeControls() {
      const another = () => this.change({ seed: String((Number(this.state.seed) + 1) % 2 ** 32) });
      this.runner = this.button("Run", () => this.run());
      const controls = make("div", { className: "nnfp-controls" },
        make("div", { className: "nnfp-buttons" },
          this.button("Step", () => this.go(Number(this.state.step) + 1)),
          this.runner,
          this.button("Rewind", () => this.go(0)),
          this.button("Reset", () => this.reset()),
        ),
      );
      const start = ["weight", "bias"].map((name) => named("start", this.control(name[0], `start ${name}`, { step: 0.1 })));
      const hint = make("p", { className: "nnfp-quiet" });
      if (this.both) {
        hint.append("Drag the start on the map, the slider, or a number sideways. Momentum is 0.9 and weight decay 1; all else is PyTorch's default.");
        controls.append(...start, hint);
        return controls;
      }
      hint.append("Drag the start on the map, or a number sideways. A seed picks a start from −1 to 1.");
      controls.append(
        make("label", { className: "nnfp-control" }, "optimizer ", this.select("optimizer", {})),
        this.control("lr", "learning rate", { min: 0, step: 0.005 }),
        ...start,
        this.control("seed", "seed", { min: 0 }),
        this.button("Random start", another),
        hint,
      );
      return controls;
    }

    // Make the figure's paths those that move, clip them to the map, and let the reader move their start.
    prepareMap() {
      this.startMark = this.part("start");
      this.ways = (this.both ? ["", "-2"] : [""]).map((which) => {
        const [line, dots] = [this.part(`path${which}`, "path"), this.part(`steps${which}`, "path")];
        const here = named(`now${which.replace("-", "")}`, this.part("start", "circle").cloneNode());
        here.style.fill = here.style.stroke = line.style.stroke;
        here.style.fillOpacity = 1;
        here.setAttribute("r", 4.5);
        this.svg.append(here);
        for (const path of [line, dots]) path.style.clipPath = "url(#nnfp-map)";
        return { line, dots, here };
      });
      this.svg.insertAdjacentHTML("afterbegin", '<clipPath id="nnfp-map"><rect x="48" y="34" width="416" height="270"/></clipPath>');
      this.svg.onclick = (event) => {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
        if (onMap(placeBack(point))) this.moveTo(placeBack(point));
      };
      this.handle = named("start", make("span", { className: "nnfp-handle", role: "slider", tabIndex: 0 }));
      this.handle.ariaLabel = "start on the map";
      this.handle.onkeydown = (event) => {
        const step = { ArrowRight: [0.1, 0], ArrowLeft: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
        if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault(); // would scroll
        this.moveTo([Number(this.state.w) + step[0], Number(this.state.b) + step[1]]);
      };
      this.drag(this.handle, () => {
        const { w, b } = this.state;
        const { a: scale } = this.svg.getScreenCTM();
        const [x, y] = place([Number(w), Number(b)]);
        return (right, down) => this.moveTo(placeBack({ x: x + right / scale, y: y + down / scale }));
      });
      this.stage.append(this.handle);
    }

    // A plot of the losses, which is drawn as large as there is room, and a slider below it.
    makeChart() {
      this.plot = make("div", {});
      const slider = this.field("step", { type: "range", max: this.last, ariaLabel: "step" });
      return make("div", { className: "nnfp-chart" }, this.plot, slider);
    }

    // Start at the place on the map that is closest to a weight and a bias.
    moveTo([weight, bias]) {
      const text = (value, low, high) => String(Number(Math.max(low, Math.min(high, value)).toFixed(1)) + 0);
      this.change({ w: text(weight, -1, 5), b: text(bias, -4, 4) });
    }

    go(step) {
      this.pause();
      this.change({ step: String(Math.min(step, this.last)) });
    }

    // Speed up, since paths end slowly. With reduced motion, show only the result.
    run() {
      if (this.running) return this.pause();
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.go(Number(this.state.step) + 100);
      if (this.both && Number(this.state.step) === this.last) this.go(0);
      this.runner.textContent = "Pause";
      this.running = setInterval(() => {
        const step = Number(this.state.step);
        if (!this.isConnected || step === this.last || this.rests) return this.pause();
        this.change({ step: String(Math.min(step + 1 + Math.floor(step / 20), this.last)) });
      }, 100);
    }

    pause() {
      this.running = clearInterval(this.running);
      this.runner.textContent = "Run";
    }

    reset() {
      this.pause();
      super.reset();
    }

    show() {
      const { step } = this.state;
      const start = [Number(this.state.w), Number(this.state.b)];
      const runs = this.ways.map((way, i) => {
        const which = i ? "2" : "";
        const optimizer = this.state[`optimizer${which}`];
        const whole = walk(optimizer, Number(this.state[`lr${which}`]), start, this.both ? this.last : Number(step));
        const path = whole.slice(0, Number(step) + 1);
        const [w, b] = path.at(-1);
        const { loss, gradient } = measure([w, b]);
        const numbers = { w, b, loss, dw: gradient[0], db: gradient[1] };
        return { optimizer, whole, path, numbers, news: describe(optimizer, path, numbers) };
      });
      this.rests = runs.every(({ path }) => `${path.at(-2)}` === `${path.at(-1)}`); // nothing moves anymore
      const shown = runs.flatMap(({ numbers }) => Object.values(numbers).slice(0, this.both ? 3 : 5));
      shown.forEach((number, i) => (this.cells[i].textContent = written(number)));
      this.count.textContent = `step ${step}`;
      this.comment.textContent = this.both ? this.compare(runs) : this.explain(runs[0]);
      runs.forEach(({ path }, i) => this.draw(this.ways[i], path.filter((point) => !point.some(Number.isNaN))));
      this.mark(start);
      if (this.both) this.plotLosses(runs);
      const pair = (point) => `(${point.map(written).join(", ")})`;
      const ends = runs.map(({ optimizer, path }) =>
        `${this.both ? `${OPTIMIZERS[optimizer]} ` : ""}to ${pair(path.at(-1))} in ${step} step${step === "1" ? "" : "s"}`);
      this.svg.ariaLabel =
        `Loss by weight and bias: from ${pair(start)}${this.both ? ":" : ""} ${ends.join(", ")}; the answer is (3, 0)`;
    }

    says() {
      const [w, b, loss] = this.cells.map((cell) => cell.textContent);
      const numbers = this.both ? "" : ` weight ${w}, bias ${b}, loss ${loss}.`;
      return `Step ${this.state.step}:${numbers} ${this.comment.textContent}`;
    }

    // Draw a path and its end.
    draw({ line, dots, here }, path) {
      const places = path.map(place);
      const fine = places.length > 30;
      line.style.strokeWidth = fine ? 1 : 2;
      dots.style.strokeWidth = fine ? 4 : 7;
      line.setAttribute("d", `M ${places.map((point) => point.join(" ")).join(" L ")}`);
      dots.setAttribute("d", places.map((point) => `M ${point.join(" ")} h 0`).join(" "));
      const [x, y] = places.at(-1);
      here.setAttribute("cx", x);
      here.setAttribute("cy", y);
      here.style.visibility = onMap(path.at(-1)) ? "" : "hidden";
    }

    // Mark the start.
    mark([weight, bias]) {
      const [x, y] = place([weight, bias]);
      const circle = this.part("start", "circle").cx.baseVal.value; // where the figure has it
      const height = this.part("start", "circle").cy.baseVal.value;
      this.startMark.setAttribute("transform", `translate(${x - circle} ${y - height})`);
      this.lay(this.handle, x, y, 24);
      for (const mark of [this.startMark, this.handle]) mark.style.visibility = onMap([weight, bias]) ? "" : "hidden";
      Object.assign(this.handle, { ariaValueNow: weight, ariaValueMin: -1, ariaValueMax: 5 });
      this.handle.ariaValueText = `weight ${written(weight)}, bias ${written(bias)}`;
    }

    // Plot the losses of all steps, pale where they are still to come.
    plotLosses(runs) {
      const [wide, high] = narrow.matches ? [480, 210] : [250, 330];
      const [left, right, top, bottom] = [56, wide - 12, 34, high - 26];
      const step = Number(this.state.step);
      const across = (k) => (left + ((right - left) * k) / this.last).toFixed(1);
      // From 1000 down to 0.0001, on a logarithmic scale
      const up = (loss) => (top + ((bottom - top) * (3 - Math.log10(Math.max(1e-4, Math.min(1e3, loss))))) / 7).toFixed(1);
      const text = (x, y, anchor, words) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
      let content = text(left, 20, "start", "loss") + text((left + right) / 2, high - 4, "middle", "step");
      for (const loss of [100, 1, 0.01, 1e-4]) {
        content += `<path d="M${left} ${up(loss)}H${right}" stroke-opacity=".2"/>` + text(left - 8, Number(up(loss)) + 5, "end", written(loss));
      }
      for (const k of [0, this.last]) content += text(across(k), high - 4, k ? "end" : "start", k);
      content += `<path d="M${across(step)} ${top}V${bottom}" stroke-opacity=".5"/>`;
      const ends = runs.map(({ optimizer, whole, numbers }, i) => {
        const points = whole.map((point, k) => [across(k), measure(point).loss]).filter(([, loss]) => !Number.isNaN(loss));
        const line = (part, opacity) =>
          `<path d="M${part.map(([x, loss]) => `${x} ${up(loss)}`).join("L")}" stroke-width="2" stroke-opacity="${opacity}"/>`;
        content += `<g data-part="now${i ? 2 : ""}"${i ? ' class="nnfp-weight" stroke-dasharray="7 4"' : ""}>${line(points, 0.35)}${line(points.slice(0, step + 1), 1)}`;
        if (!Number.isNaN(numbers.loss)) content += `<circle cx="${across(step)}" cy="${up(numbers.loss)}" r="4.5" fill="currentColor"/>`;
        content += "</g>";
        return `${OPTIMIZERS[optimizer]} ${written(numbers.loss)}`;
      });
      this.plot.innerHTML = `<svg viewBox="0 0 ${wide} ${high}" role="img" fill="none" stroke="currentColor">${content}</svg>`;
      this.plot.firstChild.ariaLabel = `Loss at step ${step}: ${ends.join(", ")}`;
    }

    // A sentence about where the path leads.
    explain({ optimizer, path, numbers, news }) {
      if (news) return news;
      if (path.length > this.last) return `The limit is ${this.last} steps.`;
      const before = path.at(-2);
      if (!before || measure(before).loss >= numbers.loss) return "Step, run, or drag the start to another place.";
      return `${optimizer === "sgd" ? "A step too far" : "Uphill"}: the loss is larger than before.`;
    }

    // Sentences about what is special about each path, or about which loss is lower.
    compare(runs) {
      const special = runs.filter(({ news }) => news).map(({ optimizer, news }) => `${OPTIMIZERS[optimizer]}: ${news}`);
      if (special.length) return special.join(" ");
      const [one, other] = runs.map(({ numbers }) => numbers.loss);
      if (one === other) return "Both have the same loss.";
      return `The loss of ${OPTIMIZERS[runs[one < other ? 0 : 1].optimizer]} is lower.`;
    }
  });
}
