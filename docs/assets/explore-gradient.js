// The explorable of the gradient page: walk through a computation, forward and then backward.
"use strict";
{
  // The numbers that can be changed, and how large they may be: their results fit into the circles.
  const LIMITS = { x1: 9, w1: 9, x2: 9, w2: 9, target: 99 };
  // What is computed from them, in order: the inputs and the operation of each value.
  const COMPUTED = {
    p1: ["x1", "·", "w1"],
    p2: ["x2", "·", "w2"],
    total: ["p1", "+", "p2"],
    error: ["total", "−", "target"],
    loss: ["error", "·", "error"],
  };
  // The result of each operation, and its local slopes.
  const OPERATIONS = {
    "·": (a, b) => [a * b, b, a],
    "+": (a, b) => [a + b, 1, 1],
    "−": (a, b) => [a - b, 1, -1],
  };
  const FORWARD = Object.keys(COMPUTED);
  // The newest value first, as in the engine of the page.
  const BACKWARD = [...Object.keys(LIMITS), ...FORWARD].reverse();
  const STEPS = FORWARD.length + BACKWARD.length;

  // All values, the local slopes of the lines between them, and the slopes of the loss.
  const run = (numbers) => {
    const data = { ...numbers };
    const lines = [];
    for (const [to, [a, sign, b]] of Object.entries(COMPUTED)) {
      const [result, slopeOfA, slopeOfB] = OPERATIONS[sign](data[a], data[b]);
      data[to] = result;
      lines.push({ from: a, to, local: slopeOfA }, { from: b, to, local: slopeOfB });
    }
    const slopes = { loss: 1 };
    for (const name of BACKWARD.slice(1)) {
      slopes[name] = lines.reduce((sum, { from, to, local }) => (from === name ? sum + slopes[to] * local : sum), 0);
    }
    return { data, lines, slopes };
  };

  const inside = (number) => bracketed(written(number));

  customElements.define("explore-gradient", class extends Explorable {
    // The numbers in the figure. An empty step shows the whole figure.
    initial() {
      const start = Object.keys(LIMITS).map((name) => [name, this.part(name, "text").textContent.replace("−", "-")]);
      return { ...Object.fromEntries(start), step: "" };
    }

    problem(name, value) {
      if (name in LIMITS) return wrongNumber(name, value, -LIMITS[name], LIMITS[name], true);
      return value && wrongNumber("the step", value, 1, STEPS, true);
    }

    build() {
      this.place = make("span", { className: "nnfp-quiet" });
      this.formula = make("span");
      for (const name in LIMITS) this.stage.append(this.fieldOf(name));
      const buttons = make("div", { className: "nnfp-buttons nnfp-control" },
        this.button("Previous", () => this.go(-1)), this.button("Next", () => this.go(1)),
        this.button("Reset", () => this.reset()));
      const hint = make("p", { className: "nnfp-quiet" }, "Drag a number sideways, or click it to type.");
      this.append(
        make("p", { className: "nnfp-result" }, this.place, this.formula),
        make("div", { className: "nnfp-controls" }, buttons, hint));
    }

    // A field over the number in its circle.
    fieldOf(name) {
      const label = this.number(name, { ariaLabel: name, min: -LIMITS[name], max: LIMITS[name] });
      const color = { x: "nnfp-input", w: "nnfp-weight" }[name[0]];
      if (color) label.classList.add(color);
      const { x, y, width, height } = this.part(name, "rect").getBBox();
      this.lay(label, x + width / 2, y + height / 2, width);
      return named(name, label);
    }

    // Go one step forward or back. The whole figure comes after the last step and before the first one.
    go(by) {
      const step = (Number(this.state.step) + by + STEPS + 1) % (STEPS + 1);
      this.change({ step: step ? String(step) : "" });
    }

    show() {
      const { step, ...numbers } = this.state;
      for (const name in numbers) numbers[name] = Number(numbers[name]);
      const all = run(numbers);
      const done = step ? Number(step) : STEPS;
      const forward = FORWARD.slice(0, done);
      const backward = BACKWARD.slice(0, Math.max(0, done - FORWARD.length));
      const current = step && (backward.at(-1) ?? forward.at(-1));
      const known = (name) => name in LIMITS || forward.includes(name);
      for (const name of BACKWARD) {
        this.part(name, "rect").style.strokeWidth = name === current ? 5 : 2;
        const value = this.part(name, "text");
        (value.querySelector("tspan") ?? value).textContent = known(name) ? written(all.data[name]) : "";
        const slope = backward.includes(name) ? `slope ${written(all.slopes[name])}` : "";
        this.part(`${name}-slope`, "text").textContent = slope;
      }
      this.label(all.lines, known);
      this.describe(all, [...Object.keys(LIMITS), ...forward], backward);
      this.write(all, step, current, backward.length > 0);
    }

    // Write the local slopes on the lines. Both lines from the error to the loss have the same one.
    label(lines, known) {
      for (const { from, to, local } of lines) {
        for (const part of this.svg.querySelectorAll(`[data-part="${from}-to-${to}"]`)) {
          const [plate, text] = [part.querySelector("rect"), part.querySelector("text")];
          text.textContent = known(to) ? `×${written(local)}` : "";
          const width = known(to) ? 5 + 9.5 * text.textContent.length : 0;
          plate.setAttribute("x", text.getAttribute("x") - width / 2);
          plate.setAttribute("width", width);
        }
      }
    }

    // Describe the picture as nnfp.draw.graph does.
    describe({ data, slopes }, known, backward) {
      const values = known.map((name) => `${name} is ${written(data[name])}`);
      const found = known.filter((name) => backward.includes(name));
      const all = found.length === known.length;
      const after = found.map((name) => (all ? "" : `${name} `) + written(slopes[name]));
      const rest = found.length ? `; the slopes ${all ? "are" : "found so far:"} ${listed(after)}` : "";
      this.svg.ariaLabel = `Computation of loss: ${listed(values)}${rest}`;
    }

    // The step in numbers: slope of error = 1·(−2) + 1·(−2) = −4
    write({ data, lines, slopes }, step, current, back) {
      if (!step) {
        this.place.textContent = `Next walks through the ${STEPS} steps.`;
        this.formula.textContent = `The slopes of the weights are ${written(slopes.w1)} and ${written(slopes.w2)}.`;
        return;
      }
      this.place.textContent = `Step ${step} of ${STEPS}, ${back ? "backward" : "forward"}`;
      const sides = back ? this.slopeOf(current, lines, slopes) : this.valueOf(current, data);
      const result = make("span", {}, written((back ? slopes : data)[current]));
      this.formula.replaceChildren(`${sides.filter(Boolean).join(" = ")} = `, named(back ? `${current}-slope` : current, result));
    }

    valueOf(name, data) {
      const [a, sign, b] = COMPUTED[name];
      return [name, `${a} ${sign} ${b}`, `${written(data[a])} ${sign} ${inside(data[b])}`];
    }

    // One term for each line from this value to a later one.
    slopeOf(name, lines, slopes) {
      const paths = lines.filter(({ from }) => from === name);
      const terms = paths.map(({ to, local }, i) => `${i ? inside(slopes[to]) : written(slopes[to])}·${inside(local)}`);
      return [`slope of ${name}`, terms.join(" + ")];
    }

    says() {
      return `${this.place.textContent}. ${this.formula.textContent}`.replace("..", ".");
    }
  });
}
