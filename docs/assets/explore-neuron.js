// The explorable of the neuron page: redraw the picture when the reader changes its numbers.
"use strict";
{
  const LIMIT = 100; // larger numbers would not fit into the circles
  // The numbers of the state: what they are called, and their parts of the picture.
  const NAMES = { x1: "input 1", w1: "weight 1", x2: "input 2", w2: "weight 2", b: "bias" };
  const partOf = (name) => NAMES[name].replace(" ", "-");
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

  const widen = (box, middle, half) => {
    box.setAttribute("x", middle - half);
    box.setAttribute("width", 2 * half);
  };

  customElements.define("explore-neuron", class extends Explorable {
    // The numbers in the figure.
    initial() {
      this.part("equation").remove(); // a paragraph replaces it: a line of text can wrap
      this.svg.setAttribute("viewBox", "0 0 480 196");
      this.svg.setAttribute("height", 196);
      this.addBias();
      const start = {};
      for (const name in NAMES) start[name] = this.part(partOf(name), "text").textContent.replace("−", "-");
      return { ...start, b: "0", activation: "relu" };
    }

    problem(name, value) {
      if (name in NAMES) return wrongNumber(NAMES[name], value, -LIMIT, LIMIT);
      if (value in ACTIVATIONS) return "";
      return `Expected ${Object.keys(ACTIVATIONS).join(", ")} as the activation, got ${value || "none"}.`;
    }

    build() {
      this.fields = {};
      for (const name in NAMES) this.fields[name] = this.fieldOf(name);
      this.stage.append(...Object.values(this.fields));
      this.formula = make("p", { className: "nnfp-result" });
      const options = Object.entries(ACTIVATIONS).map(([value, { name }]) =>
        make("option", { value }, value === "identity" ? "none (identity)" : name),
      );
      const choice = named("activation", make("label", {}, "activation ", this.field("activation", {}, "select", ...options)));
      const reset = this.button("Reset", () => this.reset());
      const hint = make("p", { className: "nnfp-quiet" }, "Drag a number sideways, or click it to type.");
      const controls = make("div", { className: "nnfp-buttons nnfp-control" }, choice, reset);
      this.append(this.formula, make("div", { className: "nnfp-controls" }, controls, hint));
    }

    fieldOf(name) {
      const label = this.number(name, { ariaLabel: NAMES[name], min: -LIMIT, max: LIMIT, step: 0.5 });
      label.classList.add(name.startsWith("x") ? "nnfp-input" : "nnfp-weight");
      return named(partOf(name), label);
    }

    // The figure has no bias, which is 0. Put it where other figures have it.
    addBias() {
      const bias = this.part("weight-1", "text").cloneNode(true);
      bias.setAttribute("x", 254);
      bias.setAttribute("y", 161.6);
      bias.style.textAnchor = "start";
      const group = named("bias", document.createElementNS(this.svg.namespaceURI, "g"));
      group.append(bias);
      this.svg.append(group);
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
      for (const name in shown) {
        const text = this.text(name);
        (text.querySelector("tspan") ?? text).textContent = shown[name];
      }
      this.part("activation", "path").setAttribute("d", graph(compute));
      this.makeRoom();
    }

    text(name) {
      return this.part(name in NAMES ? partOf(name) : name, "text");
    }

    // Make circles as wide as their numbers need, and end lines where circles begin. Lay each field over its
    // number, with room for the arrows next to it.
    makeRoom() {
      const inputs = Math.max(26, this.half("x1", 60) + 12, this.half("x2", 60) + 12);
      const [sum, output] = ["sum", "output"].map((name) => Math.max(26, this.half(name) + 5));
      const [w1, w2, b] = ["w1", "w2", "b"].map((name) => this.half(name) + 12);
      const boxes = {
        x1: [44, 68, inputs], x2: [44, 160, inputs], w1: [162, 91, w1], w2: [162, 137, w2], b: [242 + b, 156, b],
      };
      for (const name in boxes) {
        const [x, y, half] = boxes[name];
        this.lay(this.fields[name], x, y, 2 * half);
        if (name !== "b") widen(this.part(partOf(name), "rect"), x, half);
      }
      widen(this.part("sum", "rect"), 280, sum);
      for (const box of this.svg.querySelectorAll("[data-part=output] rect")) {
        widen(box, 432, output + box.height.baseVal.value / 2 - 26); // the circle, or the ring around it
      }
      for (const weight of ["weight-1", "weight-2"]) {
        this.part(weight, "line").setAttribute("x1", 44 + inputs);
        this.part(weight, "line").setAttribute("x2", 280 - sum);
      }
      this.part("to-activation", "line").setAttribute("x1", 280 + sum);
      this.part("to-output", "line").setAttribute("x2", 420 - output);
      this.part("to-output", "path").setAttribute("d", `M ${426 - output} 114 l -9 -5 v 10 z`);
    }

    // Half the width of a number. The longest ones are condensed a little.
    half(name, most = 74) {
      const text = this.text(name);
      text.removeAttribute("textLength");
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
      const width = text.getComputedTextLength();
      if (width > most) text.setAttribute("textLength", most);
      return Math.min(width, most) / 2;
    }

    // The formula with its numbers: relu(1·5 + 2·7 + 0) = relu(19) = 19
    write({ x1, w1, x2, w2, b, sum, output }, equals) {
      const { activation } = this.state;
      const word = () => named("activation", make("span", {}, activation));
      const terms = [
        colored("input", x1, "input-1"), "·", colored("weight", bracketed(w1), "weight-1"), " + ",
        colored("input", bracketed(x2), "input-2"), "·", colored("weight", bracketed(w2), "weight-2"), " + ",
        colored("weight", bracketed(b), "bias"),
      ];
      const result = named("output", make("span", {}, output));
      if (activation === "identity") return this.formula.replaceChildren(...terms, ` ${equals} `, result);
      const total = named("sum", make("span", {}, sum));
      this.formula.replaceChildren(word(), "(", ...terms, `) ${equals} `, word(), "(", total, `) ${equals} `, result);
    }
  });
}
