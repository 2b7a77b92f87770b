// The explorable of the optimizer page: draw the path of an optimizer on a map of the loss.
"use strict";
{
  const LAST = 1000; // steps
  const LIMIT = 1e308; // near the largest number of a computer
  const NAMES = { w: "start weight", b: "start bias", lr: "learning rate" };
  const OPTIMIZERS = { sgd: "SGD", momentum: "SGD, momentum 0.9", adam: "Adam", solved: "Solved, the fake one" };

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

  // PyTorch's rule of each optimizer, for one number: its value, its gradient, the learning rate, what it
  // remembers of earlier steps, and the number of this step, from 1.
  const RULES = {
    sgd: (value, gradient, lr) => value - lr * gradient,
    momentum: (value, gradient, lr, memory) => {
      memory.speed = 0.9 * (memory.speed ?? 0) + gradient;
      return value - lr * memory.speed;
    },
    adam: (value, gradient, lr, memory, step) => {
      memory.mean = 0.9 * (memory.mean ?? 0) + (1 - 0.9) * gradient;
      memory.square = 0.999 * (memory.square ?? 0) + (1 - 0.999) * gradient * gradient;
      const size = Math.sqrt(memory.square) / Math.sqrt(1 - 0.999 ** step) + 1e-8;
      return value - ((lr / (1 - 0.9 ** step)) * memory.mean) / size;
    },
  };

  // The weight and the bias, at the start and after each step.
  const walk = ({ optimizer, lr, w, b, step }) => {
    const path = [[Number(w), Number(b)]];
    const memories = [{}, {}];
    for (let k = 1; k <= Number(step); k++) {
      const here = path[k - 1];
      const { gradient } = measure(here);
      const next = (value, i) => RULES[optimizer](value, gradient[i], Number(lr), memories[i], k);
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

  customElements.define("explore-optimizer", class extends Explorable {
    // As in the figure: ten rounds of the page's loop.
    initial() {
      return { optimizer: "sgd", lr: "0.01", w: "1", b: "0", seed: "", step: "10" };
    }

    problem(name, value) {
      if (name in NAMES) return wrongNumber(NAMES[name], value, name === "lr" ? 0 : -LIMIT, LIMIT);
      if (name === "step") return wrongNumber("step", value, 0, LAST, true);
      if (name === "seed") return value && wrongNumber("seed", value, 0, 2 ** 32 - 1, true);
      if (value in OPTIMIZERS) return "";
      return `Expected ${Object.keys(OPTIMIZERS).join(", ")} as optimizer, got ${value || "none"}.`;
    }

    // A seed determines the start. A typed start has no seed.
    take(part, typed) {
      const fine = (name) => part[name] && !this.problem(name, part[name]);
      if (fine("seed")) part = { ...part, ...randomStart(part.seed) };
      else if (fine("w") || fine("b")) part = { seed: "", ...part };
      super.take(part, typed);
    }

    build() {
      this.prepareMap();
      this.cells = {};
      const cell = (name) => (this.cells[name] = make("td", {}));
      const head = (text, scope) => make("th", { scope }, text);
      const readout = make("table", { className: "nnfp-readout" },
        make("tr", {}, (this.count = head("", "col")), ...["weight", "bias", "loss"].map((name) => head(name, "col"))),
        named("now", make("tr", {}, head("now", "row"), cell("w"), cell("b"), cell("loss"))),
        make("tr", {}, head("gradient", "row"), cell("dw"), cell("db"), make("td", {})),
      );
      this.comment = make("p", { className: "nnfp-comment" });
      this.append(readout, this.comment, this.makeControls());
    }

    makeControls() {
      const label = (text, field) => make("label", { className: "nnfp-control" }, `${text} `, field);
      const number = (name, text, properties) => {
        const field = this.number(name, properties, `${text} `);
        field.classList.add("nnfp-control");
        return field;
      };
      const choices = Object.entries(OPTIMIZERS).map(([value, name]) => make("option", { value }, name));
      const another = () => this.change({ seed: String((Number(this.state.seed) + 1) % 2 ** 32) });
      this.runner = this.button("Run", () => this.run());
      return make("div", { className: "nnfp-controls" },
        make("div", { className: "nnfp-buttons" },
          this.button("Step", () => this.go(Number(this.state.step) + 1)),
          this.runner,
          this.button("Rewind", () => this.go(0)),
          this.button("Reset", () => this.reset()),
        ),
        label("optimizer", this.field("optimizer", {}, "select", ...choices)),
        number("lr", "learning rate", { min: 0, step: 0.005 }),
        named("start", number("w", "start weight", { step: 0.1 })),
        named("start", number("b", "start bias", { step: 0.1 })),
        number("seed", "seed", { min: 0 }),
        this.button("Random start", another),
        make("p", { className: "nnfp-quiet" },
          "Drag the start on the map, or a number sideways. A seed picks a start from −1 to 1."),
      );
    }

    // Make the figure's path the one that moves, clip it to the map, and let the reader move its start.
    prepareMap() {
      this.startMark = this.part("start");
      [this.line, this.dots] = [this.part("path", "path"), this.part("steps", "path")];
      this.here = named("now", this.part("start", "circle").cloneNode());
      this.here.style.fillOpacity = 1;
      this.here.setAttribute("r", 4.5);
      this.svg.append(this.here);
      for (const path of [this.line, this.dots]) path.style.clipPath = "url(#nnfp-map)";
      this.svg.insertAdjacentHTML("afterbegin", '<clipPath id="nnfp-map"><rect x="48" y="34" width="416" height="270"/></clipPath>');
      this.svg.onclick = (event) => {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
        if (onMap(placeBack(point))) this.moveTo(placeBack(point));
      };
      this.handle = named("start", make("span", { className: "nnfp-handle", role: "slider", tabIndex: 0 }));
      this.handle.ariaLabel = "start on the map";
      this.handle.onkeydown = (event) => {
        const step = { ArrowRight: [0.1, 0], ArrowLeft: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
        if (!step) return;
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

    // Start at the place on the map that is closest to a weight and a bias.
    moveTo([weight, bias]) {
      const text = (value, low, high) => String(Number(Math.max(low, Math.min(high, value)).toFixed(1)) + 0);
      this.change({ w: text(weight, -1, 5), b: text(bias, -4, 4) });
    }

    go(step) {
      this.pause();
      this.change({ step: String(Math.min(step, LAST)) });
    }

    // Speed up, since paths end slowly. With reduced motion, show only the result.
    run() {
      if (this.running) return this.pause();
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.go(Number(this.state.step) + 100);
      this.runner.textContent = "Pause";
      this.running = setInterval(() => {
        const step = Number(this.state.step);
        if (!this.isConnected || step === LAST || this.rests) return this.pause();
        this.change({ step: String(Math.min(step + 1 + Math.floor(step / 20), LAST)) });
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
      const path = walk(this.state);
      const [w, b] = path.at(-1);
      const { loss, gradient } = measure([w, b]);
      const [dw, db] = gradient;
      const numbers = { w, b, loss, dw, db };
      this.rests = `${path.at(-2)}` === `${[w, b]}`; // nothing moves anymore
      for (const name in numbers) this.cells[name].textContent = written(numbers[name]);
      this.count.textContent = `step ${this.state.step}`;
      this.comment.textContent = this.explain(path, numbers);
      this.draw(path.filter((point) => !point.some(Number.isNaN)));
      const pair = (point) => `(${point.map(written).join(", ")})`;
      const { step } = this.state;
      this.svg.ariaLabel =
        `Loss by weight and bias: from ${pair(path[0])} to ${pair([w, b])} in ${step} step${step === "1" ? "" : "s"}; the answer is (3, 0)`;
    }

    says() {
      const { w, b, loss } = this.cells;
      return `Step ${this.state.step}: weight ${w.textContent}, bias ${b.textContent}, loss ${loss.textContent}. ${this.comment.textContent}`;
    }

    draw(path) {
      const places = path.map(place);
      const fine = places.length > 30;
      this.line.style.strokeWidth = fine ? 1 : 2;
      this.dots.style.strokeWidth = fine ? 4 : 7;
      this.line.setAttribute("d", `M ${places.map((point) => point.join(" ")).join(" L ")}`);
      this.dots.setAttribute("d", places.map((point) => `M ${point.join(" ")} h 0`).join(" "));
      const [right, down] = place([1, 0]).map((from, i) => places[0][i] - from);
      this.startMark.setAttribute("transform", `translate(${right} ${down})`);
      this.lay(this.handle, ...places[0], 24);
      for (const mark of [this.startMark, this.handle]) mark.style.visibility = onMap(path[0]) ? "" : "hidden";
      const [weight, bias] = path[0];
      Object.assign(this.handle, { ariaValueNow: weight, ariaValueMin: -1, ariaValueMax: 5 });
      this.handle.ariaValueText = `weight ${written(weight)}, bias ${written(bias)}`;
      const [x, y] = places.at(-1);
      this.here.setAttribute("cx", x);
      this.here.setAttribute("cy", y);
      this.here.style.visibility = onMap(path.at(-1)) ? "" : "hidden";
    }

    // A sentence about where the path leads.
    explain(path, numbers) {
      const { w, b, loss, dw, db } = numbers;
      if (!Object.values(numbers).every(Number.isFinite)) {
        return "The numbers have outgrown the computer: ∞ is too large, nan is not a number.";
      }
      if (w === 3 && b === 0) return this.state.optimizer === "solved" ? "It knew the answer." : "This is the answer.";
      if (w === 0 && b === 0) return "Every sum is 0, the corner of ReLU. The slope counts as 0 there, so the gradient is 0.";
      if (dw === 0 && db === 0) return "ReLU makes 0 of every sum, so the gradient is 0: the neuron is dead.";
      if (!onMap([w, b])) return path.some(onMap) ? "It has left the map." : "It is off the map, like its start.";
      if (path.length > LAST) return `The limit is ${LAST} steps.`;
      const before = path.at(-2);
      if (!before || measure(before).loss >= loss) return "Step, run, or drag the start to another place.";
      return `${this.state.optimizer === "sgd" ? "A step too far" : "Uphill"}: the loss is larger than before.`;
    }
  });
}
