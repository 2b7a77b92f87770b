// The explorable of the neuron page: redraw the picture when the reader changes its numbers.
"use strict";
{
  const LIMIT = 100; // larger numbers would not fit into the circles
  const NAMES = { x1: "input 1", w1: "weight 1", x2: "input 2", w2: "weight 2", b: "bias" };
  const ACTIVATIONS = {
    relu: { name: "ReLU", compute: (z) => Math.max(0, z) },
    identity: { name: "identity", compute: (z) => z },
    sigmoid: { name: "sigmoid", compute: (z) => 1 / (1 + Math.exp(-z)) },
    tanh: { name: "tanh", compute: Math.tanh },
  };

  // As nnfp/draw/activation.py draws it: the values from -4 to 4, in a box of 24 by 20 around
  // (359, 114).
  const graph = (compute) => {
    const ys = Array.from({ length: 17 }, (_, i) => compute(i / 2 - 4));
    const low = Math.min(...ys);
    const high = Math.max(...ys);
    return "M " + ys.map((y, i) => `${347 + 1.5 * i} ${124 - (20 * (y - low)) / (high - low)}`).join(" L ");
  };

  // Whether a text shows all digits of a number, up to rounding errors.
  const isExact = (text, number) => Math.abs(Number(text.replace("−", "-")) - number) <= 1e-12 * Math.abs(number);

  customElements.define("explore-neuron", class extends Explorable {
    // The numbers in the figure.
    initial() {
      this.svg = this.querySelector("svg");
      const [w1, w2, x1, x2, sum, output, , , , activation, , formula] = this.svg.querySelectorAll("text");
      this.texts = { w1, w2, x1, x2, sum, output, activation };
      for (const text of Object.values(this.texts)) text.setAttribute("lengthAdjust", "spacingAndGlyphs");
      formula.remove(); // a paragraph replaces it: a line of text can wrap
      this.svg.setAttribute("viewBox", "0 0 480 196");
      this.svg.setAttribute("height", 196);
      const start = { x1, w1, x2, w2 };
      for (const name in start) start[name] = start[name].textContent.replace("−", "-");
      return { ...start, b: "0", activation: "relu" };
    }

    problem(name, value) {
      if (name in NAMES) return wrongNumber(NAMES[name], value, -LIMIT, LIMIT);
      if (value in ACTIVATIONS) return "";
      return `Expected ${Object.keys(ACTIVATIONS).join(", ")} as the activation, got ${value || "none"}.`;
    }

    build() {
      this.addBias();
      this.formula = make("p", { className: "nnfp-result" });
      const options = Object.entries(ACTIVATIONS).map(([value, { name }]) =>
        make("option", { value }, value === "identity" ? "none (identity)" : name),
      );
      const choice = make("label", {}, "activation ", this.field("activation", {}, "select", ...options));
      const reset = this.button("Reset", () => this.reset());
      const numbers = Object.keys(NAMES).map((name) => this.number(name));
      const controls = make("div", { className: "nnfp-controls" }, ...numbers);
      controls.append(make("div", { className: "nnfp-control" }, choice, reset));
      this.append(this.formula, controls);
    }

    // A field and a slider for the same number.
    number(name) {
      const color = name.startsWith("x") ? "input" : "weight";
      const typed = this.field(name, { type: "number", step: "any" });
      const slider = this.field(name, { type: "range", min: -10, max: 10, step: 0.5 });
      slider.ariaLabel = `${NAMES[name]}, slider`;
      return make("div", { className: `nnfp-control nnfp-${color}` }, make("label", {}, `${NAMES[name]} `, typed), slider);
    }

    // The figure has no bias, which is 0. Put it where other figures have it.
    addBias() {
      const bias = this.texts.w1.cloneNode(true);
      bias.setAttribute("x", 254);
      bias.setAttribute("y", 161.6);
      bias.style.textAnchor = "start";
      this.svg.append(bias);
      this.texts.b = bias;
    }

    show() {
      const { x1, w1, x2, w2, b } = Object.fromEntries(Object.keys(NAMES).map((name) => [name, Number(this.state[name])]));
      const { name, compute } = ACTIVATIONS[this.state.activation];
      const sum = x1 * w1 + x2 * w2 + b;
      const numbers = { x1, w1, x2, w2, b, sum, output: compute(sum) };
      const shown = Object.fromEntries(Object.entries(numbers).map(([part, number]) => [part, written(number)]));
      const exact = Object.keys(numbers).every((part) => isExact(shown[part], numbers[part]));
      this.said = `the sum is ${shown.sum}, ${name} gives ${shown.output}`;
      this.svg.ariaLabel =
        `Neuron with inputs ${shown.x1} and ${shown.x2}, weights ${shown.w1} and ${shown.w2}, bias ${shown.b}: ${this.said}`;
      this.draw({ ...shown, b: `bias ${shown.b}`, activation: name }, compute);
      this.write(shown, exact ? "=" : "≈");
    }

    says() {
      return `${this.said}.`.replace("the", "The");
    }

    draw(shown, compute) {
      for (const part in shown) {
        const text = this.texts[part];
        (text.querySelector("tspan") ?? text).textContent = shown[part];
      }
      this.svg.querySelector("path").setAttribute("d", graph(compute));
      this.makeRoom();
    }

    // Make circles as wide as their numbers need, and end lines where circles begin.
    makeRoom() {
      const half = (name) => Math.max(26, this.width(name) / 2 + 5);
      const [inputs, sum, output] = [Math.max(half("x1"), half("x2")), half("sum"), half("output")];
      const [plate1, plate2, circle1, circle2, circle, , result, ring] = this.svg.querySelectorAll("rect");
      const boxes = [
        [plate1, 162, this.width("w1") / 2 + 3], [plate2, 162, this.width("w2") / 2 + 3],
        [circle1, 44, inputs], [circle2, 44, inputs], [circle, 280, sum], [result, 432, output], [ring, 432, output + 5],
      ];
      for (const [box, middle, width] of boxes) {
        box.setAttribute("x", middle - width);
        box.setAttribute("width", 2 * width);
      }
      const [edge1, edge2, toActivation, toOutput] = this.svg.querySelectorAll("line");
      for (const edge of [edge1, edge2]) {
        edge.setAttribute("x1", 44 + inputs);
        edge.setAttribute("x2", 280 - sum);
      }
      toActivation.setAttribute("x1", 280 + sum);
      toOutput.setAttribute("x2", 420 - output);
      this.svg.querySelectorAll("path")[1].setAttribute("d", `M ${426 - output} 114 l -9 -5 v 10 z`);
    }

    // The width of a number. The longest ones are condensed a little.
    width(name) {
      const text = this.texts[name];
      text.removeAttribute("textLength");
      const width = Math.min(text.getComputedTextLength(), 74);
      if (width === 74) text.setAttribute("textLength", width);
      return width;
    }

    // The formula with its numbers: relu(1·5 + 2·7 + 0) = relu(19) = 19
    write({ x1, w1, x2, w2, b, sum, output }, equals) {
      const { activation } = this.state;
      const terms = [
        colored("input", x1), "·", colored("weight", bracketed(w1)), " + ",
        colored("input", bracketed(x2)), "·", colored("weight", bracketed(w2)), " + ", colored("weight", bracketed(b)),
      ];
      if (activation === "identity") this.formula.replaceChildren(...terms, ` ${equals} ${output}`);
      else this.formula.replaceChildren(`${activation}(`, ...terms, `) ${equals} ${activation}(${sum}) ${equals} ${output}`);
    }
  });
}
