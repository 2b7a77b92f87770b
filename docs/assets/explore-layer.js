// The explorable of the layer page: choose sizes and the input's shape, and see the output's shape.
"use strict";
{
  const LARGEST = 1000;
  const MOST = 4; // dimensions
  const NEW = [8, 5, 4]; // the sizes of added dimensions
  const NAMES = { in: "in_features", out: "out_features" };

  // A shape as Python writes it: (8, 3), and (3,) for a single dimension.
  const tuple = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const product = (sizes) => sizes.reduce((all, size) => all * size, 1);
  const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  // The sizes in a typed shape: 8, 5, 3 or (8, 5, 3) or 8 5 3.
  const pieces = (text) => text.replace(/^\s*\(|\)\s*$/g, "").split(/[\s,]+/).filter(Boolean);

  // PyTorch's error for an input that does not fit; empty for one that fits.
  const torchError = (shape, inputs, outputs) => {
    if (!shape.length) return "RuntimeError: both arguments to linear need to be at least 1D, but they are 0D and 2D";
    const last = shape.at(-1);
    if (last === inputs) return "";
    // All dimensions but the last count samples.
    const sizes = `(${product(shape.slice(0, -1))}x${last} and ${inputs}x${outputs})`;
    return `RuntimeError: mat1 and mat2 shapes cannot be multiplied ${sizes}`;
  };

  // The error of nnfp.Linear (nnfp/layer.py).
  const ourError = (shape, inputs) =>
    `ValueError: expected the last dimension to be ${inputs} (in_features), ` +
    `got ${shape.at(-1) ?? "no dimension"}: input of shape ${tuple(shape)}`;

  // A shape with its brackets and commas, as a list of elements.
  const shaped = (sizes) => ["(", ...sizes.flatMap((size, i) => (i ? [", ", size] : [size])), sizes.length === 1 ? ",)" : ")"];

  // The heights of a column's circles. Of more than 6, three are at each end, with a gap between.
  const heights = (count) => {
    const shown = Math.min(count, 7);
    const pitch = Math.min(92, 276 / (shown - 1));
    const ys = Array.from({ length: shown }, (_, i) => 206 + pitch * (i - (shown - 1) / 2));
    return ys.filter((_, i) => count <= 6 || i !== 3);
  };

  // Parts of the figure, and what a layer of any size calls them.
  const PARTS = { in: /^input/, weights: /^weight/, out: /^(sum|activation|to-|output)/ };

  // Circles and lines, in the figure's coordinates.
  const picture = (inputs, outputs) => {
    const [left, right] = [heights(inputs), heights(outputs)];
    const radius = Math.min(26, 90 / Math.max(left.length - 1, right.length - 1, 1));
    const lines = left.flatMap((y1) => right.map((y2) => `M ${100 + radius} ${y1} L ${380 - radius} ${y2}`));
    const column = (x, ys, count, word, color, part) => `
      <g data-part="${part}"><g class="nnfp-${color}" stroke="currentColor" stroke-width="2" fill="currentColor" fill-opacity=".08">
        ${ys.map((y) => `<circle cx="${x}" cy="${y}" r="${radius}"/>`).join("")}
        ${count > 6 ? [-8, 0, 8].map((y) => `<circle cx="${x}" cy="${206 + y}" r="1"/>`).join("") : ""}
      </g>${heading(x, count, word)}</g>`;
    const heading = (x, count, word) => `<text x="${x}" y="21.6" text-anchor="middle" fill-opacity=".7">${counted(count, word)}</text>`;
    return `<g data-part="weights">
      <path class="nnfp-weight" d="${lines.join(" ")}" stroke="currentColor" stroke-width="2" stroke-opacity=".5"/>
      ${heading(240, inputs * outputs, "weight")}</g>
      ${column(100, left, inputs, "input", "input", "in")}${column(380, right, outputs, "neuron", "output", "out")}`;
  };

  customElements.define("explore-layer", class extends Explorable {
    // As in the figure: two inputs, four neurons, one sample.
    initial() {
      return { in: "2", out: "4", bias: "True", shape: "2" };
    }

    problem(name, value) {
      if (name in NAMES) return wrongNumber(NAMES[name], value, 0, LARGEST, true);
      if (name === "bias") return /^(True|False)$/.test(value) ? "" : `Expected True or False as bias, got ${value || "none"}.`;
      const sizes = pieces(value);
      if (sizes.length > MOST) return `Expected at most ${MOST} dimensions, got ${sizes.length}.`;
      const wrong = sizes.find((size) => wrongNumber("", size, 0, LARGEST, true));
      return wrong === undefined ? "" : `Expected whole numbers from 0 to ${LARGEST} as the input shape, as in 8, 5, 3, got ${wrong}.`;
    }

    build() {
      for (const { dataset } of this.svg.querySelectorAll("[data-part]")) {
        dataset.part = Object.keys(PARTS).find((part) => PARTS[part].test(dataset.part));
      }
      this.drawn = this.svg.innerHTML;
      this.label = this.svg.ariaLabel;
      // The roles are those of the elements, which lose them where the style sheet wraps the rows.
      const table = make("table", { className: "nnfp-shapes", ariaLabel: "Shapes", role: "table" });
      this.cells = {};
      for (const [name, color] of Object.entries({ input: "input", weight: "weight", bias: "weight", output: "output" })) {
        const header = make("th", { className: `nnfp-${color}`, scope: "row", role: "rowheader" }, name);
        const shape = make("td", { role: "cell" });
        const note = make("td", { className: "nnfp-quiet", role: "cell" });
        table.append(make("tr", { role: "row" }, header, shape, note));
        this.cells[name] = { shape, note };
      }
      this.counts = make("p", { className: "nnfp-result" });
      this.verdict = make("div", { className: "nnfp-verdict" });
      this.shown = make("p", { className: "nnfp-quiet" });
      this.append(this.shown, this.controls(), table, this.counts, this.verdict);
    }

    controls() {
      const control = (...children) => make("div", { className: "nnfp-control" }, ...children);
      const number = (name) => named(name, this.number(name, { min: 0, max: LARGEST }, NAMES[name]));
      const sizes = Object.keys(NAMES).map((name) => control(number(name)));
      const shape = make("label", {}, "input shape", this.field("shape", { type: "text", spellcheck: false }));
      const less = this.button("−", () => this.remove(), { ariaLabel: "Remove a dimension" });
      const more = this.button("+", () => this.add(), { ariaLabel: "Add a dimension" });
      const choices = ["True", "False"].map((text) => make("option", {}, text));
      const bias = make("label", {}, "bias", this.field("bias", {}, "select", ...choices));
      const reset = this.button("Reset", () => this.reset());
      return make("div", { className: "nnfp-controls" }, ...sizes, control(shape, less, more), control(bias, reset));
    }

    shape() {
      return pieces(this.state.shape).map(Number);
    }

    // Add or remove the dimension before the last one, which is that of the inputs.
    add() {
      const shape = this.shape();
      shape.splice(-1, 0, NEW[shape.length - 1] ?? Number(this.state.in));
      this.change({ shape: shape.join(", ") });
    }

    remove() {
      const shape = this.shape();
      shape.splice(Math.max(0, shape.length - 2), 1);
      this.change({ shape: shape.join(", ") });
    }

    show() {
      const [inputs, outputs, shape] = [Number(this.state.in), Number(this.state.out), this.shape()];
      const error = torchError(shape, inputs, outputs);
      this.fill(shape, inputs, outputs, error);
      this.count(shape, inputs, outputs, error);
      this.judge(shape, inputs, error);
      this.draw(inputs, outputs);
      const samples = error ? 1 : product(shape.slice(0, -1));
      this.shown.textContent = `The picture shows one sample${samples === 1 ? "" : `; ${samples} go in`}.`;
    }

    // Each size has the color of its origin. The two that must be equal are marked.
    fill(shape, inputs, outputs, error) {
      const samples = () => shape.slice(0, -1).map((size, i) => colored("input", size, `dimension-${i}`));
      const marked = (color, size, part) => {
        const span = colored(color, size, part);
        span.classList.add("nnfp-joint");
        span.classList.toggle("nnfp-unequal", Boolean(error));
        return span;
      };
      const out = () => colored("weight", outputs, "out");
      const rows = {
        input: shaped(shape.length ? [...samples(), marked("input", shape.at(-1), error ? "" : "in")] : []),
        weight: shaped([out(), marked("weight", inputs, "in")]),
        bias: this.state.bias === "True" ? shaped([out()]) : ["None"],
        output: error ? ["none"] : shaped([...samples(), out()]),
      };
      const many = counted(product(shape.slice(0, -1)), "sample");
      const notes = {
        input: shape.length ? `${many} of ${counted(shape.at(-1), "number")}` : "a single number, not a sample",
        weight: `transposed: ${tuple([inputs, outputs])}`.replaceAll(", ", ",\u00a0"),
        bias: this.state.bias === "True" ? "added to each sample" : "",
        output: `${many} of ${counted(outputs, "number")}`,
      };
      if (error) notes.output = shape.length ? `${shape.at(-1)} is not ${inputs}` : "";
      for (const name in rows) {
        const { shape: cell, note } = this.cells[name];
        cell.replaceChildren(...rows[name]);
        cell.classList.toggle("nnfp-term", cell.textContent.length <= 16); // longer shapes wrap on a phone
        note.replaceChildren(notes[name]);
      }
    }

    // The numbers of parameters and multiplications: 4·3 + 4 = 16 parameters
    count(shape, inputs, outputs, error) {
      const bias = this.state.bias === "True" ? outputs : 0;
      const out = () => named("out", make("span", {}, outputs));
      const sum = [out(), "·", named("in", make("span", {}, inputs)), ...(bias ? [" + ", out()] : [])];
      const names = [...shape.slice(0, -1).map((_, i) => `dimension-${i}`), "in", "out"];
      const factors = [...shape, outputs];
      const spans = factors.flatMap((factor, i) => [i ? "·" : "", named(names[i], make("span", {}, factor))]);
      this.parameters = counted(outputs * inputs + bias, "parameter");
      this.multiplications = error ? "" : counted(product(factors), "multiplication");
      this.counts.replaceChildren(...sum, ` = ${this.parameters}`);
      if (!error) this.counts.append(make("br"), ...spans, ` = ${this.multiplications}`);
    }

    judge(shape, inputs, error) {
      const says = (who, what) => make("p", {}, `${who} says: `, make("code", {}, what));
      this.verdict.replaceChildren();
      if (error) this.verdict.append(says("nn.Linear", error), says("nnfp.Linear", ourError(shape, inputs)));
    }

    // The figure, or circles without numbers if the layer has other sizes.
    draw(inputs, outputs) {
      const same = inputs === 2 && outputs === 4;
      this.svg.innerHTML = same ? this.drawn : picture(inputs, outputs);
      this.svg.ariaLabel = same
        ? this.label
        : `A fully connected layer: each of ${counted(inputs, "input")} is connected to each of ${counted(outputs, "neuron")}`;
    }

    says() {
      if (this.verdict.textContent) return this.verdict.firstChild.textContent;
      return `Output of shape ${this.cells.output.shape.textContent}, ${this.parameters}, ${this.multiplications}.`;
    }
  });
}
