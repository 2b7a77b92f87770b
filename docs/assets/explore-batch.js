// The explorable of the batch page: show a matrix product step by step, for any sizes and numbers.
"use strict";
{
  const LIMIT = 99; // larger numbers would not fit into the cells
  const PACE = 1200; // milliseconds for each step while it plays
  const SIZES = ["samples", "inputs", "neurons"];
  // The numbers at the start. Each row is a sample or a neuron. The figure shows the first two numbers of
  // the first two rows; the others appear when the sizes grow.
  const START = {
    z: [[1, 2, 0, 1, -1], [3, 4, 1, -2, 0], [-1, 2, 2, 0, 1], [7, 8, -1, 1, 2], [9, 10, 3, -1, 1]],
    w: [[5, 7, 1, 2, 0], [6, 8, -1, 0, 1], [-3, 1, 2, 1, -1], [1, -2, 0, 1, 2], [1, -1, 1, -2, 3]],
  };

  const counted = (count, word) => (count === 1 ? `1 ${word.slice(0, -1)}` : `${count} ${word}`);
  const dot = (pairs) => pairs.reduce((sum, [x, w]) => sum + x * w, 0);
  // The style sheet makes long numbers smaller.
  const fit = (cell, text) => cell.style.setProperty("--letters", text.length);
  // Terms with plus signs between them: 5 + 14 + (−3)
  const added = (terms) => terms.flatMap((term, i) => (i ? [" + ", term] : [term]));

  customElements.define("explore-batch", class extends Explorable {
    // Cells are named by row and column: z12 is input 2 of sample 1. An empty step means the last one, which
    // shows the whole product of any size.
    initial() {
      const state = { samples: "2", inputs: "2", neurons: "2", step: "" };
      for (const letter in START) {
        START[letter].forEach((row, i) => row.forEach((value, j) => {
          state[`${letter}${i + 1}${j + 1}`] = String(value);
        }));
      }
      return state;
    }

    problem(name, value) {
      const [letter, row, column] = name;
      if (SIZES.includes(name)) return wrongNumber(`the number of ${name}`, value, 1, 5, true);
      if (name === "step") return value && wrongNumber("the step", value, 1, this.steps(), true);
      const place = letter === "z" ? `input ${column} of sample ${row}` : `weight ${column} of neuron ${row}`;
      return wrongNumber(place, value, -LIMIT, LIMIT);
    }

    // There is one step for each number of the result.
    steps() {
      return this.state.samples * this.state.neurons;
    }

    step() {
      return Number(this.state.step) || this.steps();
    }

    build() {
      const z = this.matrix("x", "input", "sample", "input", (i, j) => this.cell(`z${i}${j}`, `input ${j} of sample ${i}`));
      const w = this.matrix("W", "weight", "neuron", "input", (i, j) => this.cell(`w${i}${j}`, `weight ${j} of neuron ${i}`));
      w.querySelector(".nnfp-cells").append(make("span", { className: "nnfp-transposed" }, "T"));
      this.result = this.matrix("x Wᵀ", "outcome", "sample", "neuron", () => "");
      this.matrices = [[z, "samples", "inputs"], [w, "neurons", "inputs"], [this.result, "samples", "neurons"]];
      const sign = (text) => make("span", { className: "nnfp-sign" }, text);
      this.product = make("div", { className: "nnfp-product" }, z, sign("·"), w, sign("="), this.result);
      this.meeting = make("span", { className: "nnfp-quiet" });
      this.formula = make("span");
      this.replaceChildren(this.product, make("p", { className: "nnfp-result" }, this.meeting, this.formula), this.controls());
    }

    controls() {
      this.player = this.button("Play", () => (this.timer ? this.pause() : this.play()));
      const steps = make("div", { className: "nnfp-buttons" },
        this.button("Back", () => this.go(-1)), this.player, this.button("Forward", () => this.go(1)),
        this.button("Reset", () => this.reset()));
      const numbers = [1, 2, 3, 4, 5].map((value) => make("option", {}, value));
      const sizes = SIZES.map((name) => make("label", {}, `${name} `,
        this.field(name, {}, "select", ...numbers.map((option) => option.cloneNode(true)))));
      const hint = make("p", { className: "nnfp-quiet" }, "Drag a number sideways, or click it to type.");
      return make("div", { className: "nnfp-controls" }, steps, make("div", { className: "nnfp-control" }, ...sizes), hint);
    }

    // A table of 5 × 5 cells, of which the sizes show some, and a box around those of the current step. Only
    // screen readers get its headers. Thanks to them, rows and columns count from 1.
    matrix(name, kind, rows, columns, content) {
      const table = make("table", { className: "nnfp-table", ariaLabel: name });
      const header = (scope, text) => make("th", { scope }, make("span", { className: "nnfp-spoken" }, text));
      const numbers = [1, 2, 3, 4, 5];
      table.insertRow().append(make("td", {}), ...numbers.map((j) => header("col", `${columns} ${j}`)));
      for (const i of numbers) {
        table.insertRow().append(header("row", `${rows} ${i}`), ...numbers.map((j) => make("td", {}, content(i, j))));
      }
      const cells = make("div", { className: "nnfp-cells" }, table, make("span", { className: "nnfp-met" }));
      return make("div", { className: `nnfp-matrix nnfp-${kind}` },
        make("div", { className: "nnfp-name" }, name), cells, make("div", { className: "nnfp-quiet" }));
    }

    cell(name, label) {
      return named(name, this.number(name, { ariaLabel: label, min: -LIMIT, max: LIMIT }));
    }

    // After a change of size, show the whole product. A step of the animation would overwrite what is being
    // typed.
    change(part, typed) {
      if (typed) this.stop();
      const resized = SIZES.some((name) => name in part);
      super.change(resized ? { ...part, step: "" } : part, typed);
    }

    // Go one step forward or back. The first step follows the last one.
    go(by) {
      const steps = this.steps();
      const step = ((this.step() - 1 + by + steps) % steps) + 1;
      this.change({ step: step === steps ? "" : String(step) });
    }

    play() {
      this.timer = setInterval(() => this.tick(), PACE);
      this.tick();
    }

    tick() {
      this.go(1);
      if (this.state.step === "") this.pause();
    }

    pause() {
      this.stop();
      this.change({}); // makes screen readers read out the current step
    }

    stop() {
      this.timer = clearInterval(this.timer);
    }

    reset() {
      this.stop();
      super.reset();
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      this.stop();
    }

    show() {
      const { samples, inputs, neurons } = this.state;
      const step = this.step();
      const [row, column] = [Math.ceil(step / neurons), ((step - 1) % neurons) + 1];
      const sizes = { samples, inputs, neurons, row, column };
      for (const name in sizes) this.style.setProperty(`--${name}`, sizes[name]);
      for (const [matrix, rows, columns] of this.matrices) this.resize(matrix, rows, columns);
      for (const field of this.querySelectorAll("input")) fit(field, field.value);
      this.fill(this.result.querySelector("table"), (i, j) => (i - 1) * neurons + j <= step);
      this.product.classList.toggle("nnfp-stays", Number(samples) + Math.max(samples, neurons) <= 4);
      this.write(row, column);
      this.player.textContent = this.timer ? "Pause" : "Play";
    }

    resize(matrix, rows, columns) {
      const [high, wide] = [Number(this.state[rows]), Number(this.state[columns])];
      for (const row of matrix.querySelectorAll("tr")) {
        row.hidden = row.rowIndex > high;
        for (const cell of row.cells) cell.hidden = row.hidden || cell.cellIndex > wide;
      }
      matrix.lastChild.replaceChildren(counted(high, rows), make("br"), `× ${counted(wide, columns)}`);
    }

    // The inputs of a sample and the weights of a neuron, in pairs.
    pairs(i, j) {
      const all = Array.from({ length: this.state.inputs }, (_, k) => k + 1);
      return all.map((k) => [Number(this.state[`z${i}${k}`]), Number(this.state[`w${j}${k}`])]);
    }

    fill(table, computed) {
      for (const cell of table.querySelectorAll("th ~ td")) {
        const [i, j] = [cell.parentElement.rowIndex, cell.cellIndex];
        named(`sum${i}${j}`, cell);
        cell.textContent = computed(i, j) && !cell.hidden ? written(dot(this.pairs(i, j))) : "";
        fit(cell, cell.textContent);
      }
    }

    // The step in numbers: 1·5 + 2·7 = 5 + 14 = 19
    write(row, column) {
      const pairs = this.pairs(row, column);
      const sign = (value, i) => (i ? bracketed(written(value)) : written(value));
      const terms = pairs.map(([x, w], i) =>
        make("span", { className: "nnfp-term" },
          colored("input", sign(x, i), `z${row}${i + 1}`), "·", colored("weight", sign(w, 1), `w${column}${i + 1}`)));
      const products = pairs.map(([x, w], i) => sign(x * w, i));
      const middle = pairs.length > 1 ? [" = ", ...added(products)] : [];
      this.meeting.textContent = `Step ${this.step()} of ${this.steps()}: sample ${row} meets neuron ${column}`;
      const sum = named(`sum${row}${column}`, make("span", {}, written(dot(pairs))));
      this.formula.replaceChildren(...added(terms), ...middle, " = ", sum);
    }

    says() {
      return this.timer ? "" : `${this.meeting.textContent}. ${this.formula.textContent}`;
    }
  });
}
