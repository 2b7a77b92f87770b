// The explorable of the page on initialization: show how activations and gradients are spread in each layer
// of a network. It has the numbers that PyTorch draws from the same seed.
"use strict";
{
  const SAMPLES = 50;
  const WIDTHS = ["16", "32", "64", "128"];
  // The standard deviation of the weights, by the number of inputs.
  const RULES = {
    none: ["none"],
    kaiming: ["Kaiming, for ReLU", (n) => Math.sqrt(2 / n)],
    xavier: ["Xavier", (n) => Math.sqrt(1 / n)],
    default: ["PyTorch's default", (n) => Math.sqrt(1 / (3 * n))],
  };
  // Each activation function, and its slope by what it returns.
  const ACTIVATIONS = {
    relu: ["ReLU", (z) => Math.max(0, z), (a) => Number(a > 0)],
    tanh: ["tanh", Math.tanh, (a) => 1 - a * a],
    sigmoid: ["sigmoid", (z) => 1 / (1 + Math.exp(-z)), (a) => a * (1 - a)],
    none: ["none", (z) => z, () => 1],
  };
  // The picture's measures (nnfp/draw/_histograms.py).
  const [LEFT, COLUMN, TOP, ROW, BINS, BIN, BAR, FULL, LIMIT] = [34, 226, 28, 27, 31, 4, 20, 0.15, 3];

  // PyTorch's random generator for the processor (the Mersenne Twister): numbers from 0 to 1, below 1.
  const seeded = (seed) => {
    const words = new Uint32Array(624);
    words[0] = seed;
    for (let i = 1; i < 624; i++) words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    let next = 624;
    return () => {
      if (next === 624) {
        next = 0;
        for (let i = 0; i < 624; i++) {
          const joined = (words[i] & 0x80000000) | (words[(i + 1) % 624] & 0x7fffffff);
          words[i] = words[(i + 397) % 624] ^ (joined >>> 1) ^ (joined & 1 && 0x9908b0df);
        }
      }
      let word = words[next++];
      word ^= word >>> 11;
      word ^= (word << 7) & 0x9d2c5680;
      word ^= (word << 15) & 0xefc60000;
      word ^= word >>> 18;
      return (word & 0xffffff) / 2 ** 24;
    };
  };

  const uniform = (random, count, bound) => Float64Array.from({ length: count }, () => bound * (2 * random() - 1));

  // As torch.randn: two uniform numbers, eight places apart, become two normal ones. The count is a multiple
  // of 16.
  const normal = (random, count, std) => {
    const numbers = Float64Array.from({ length: count }, random);
    for (let i = 0; i < count; i++) {
      if (i % 16 > 7) continue;
      const radius = std * Math.sqrt(-2 * Math.log(1 - numbers[i]));
      const angle = 2 * Math.PI * numbers[i + 8];
      numbers[i] = radius * Math.cos(angle);
      numbers[i + 8] = radius * Math.sin(angle);
    }
    return numbers;
  };

  // Multiply a row for each sample by a matrix whose entry (i, j) is at(i, j).
  const product = (rows, n, weights, forward) => {
    const result = new Float64Array(rows.length);
    for (let row = 0; row < rows.length; row += n) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (forward) result[row + i] += rows[row + j] * weights[i * n + j];
          else result[row + j] += rows[row + i] * weights[i * n + j];
        }
      }
    }
    return result;
  };

  // The activations and the gradients of the input and of each layer.
  const run = ({ seed, depth, width, activation, rule, std }) => {
    const [n, random] = [Number(width), seeded(Number(seed))];
    const [, apply, slope] = ACTIVATIONS[activation];
    const activations = [normal(random, SAMPLES * n, 1)];
    const layers = [];
    for (let k = 0; k < depth; k++) {
      const uniformly = rule === "default"; // uniform numbers, for the biases, too
      const weights = uniformly
        ? uniform(random, n * n, Math.sqrt(1 / n))
        : normal(random, n * n, RULES[rule][1]?.(n) ?? Number(std));
      const biases = uniformly ? uniform(random, n, Math.sqrt(1 / n)) : new Float64Array(n);
      layers.push(weights);
      activations.push(product(activations[k], n, weights, true).map((sum, i) => apply(sum + biases[i % n])));
    }
    const gradients = [normal(random, SAMPLES * n, 1)];
    for (let k = depth; k > 0; k--) {
      const ofSums = gradients[0].map((gradient, i) => gradient * slope(activations[k][i]));
      gradients.unshift(product(ofSums, n, layers[k - 1], false));
    }
    return { activations, gradients };
  };

  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const spread = (numbers) => {
    const middle = mean(numbers);
    return Math.sqrt((mean(numbers.map((number) => (number - middle) ** 2)) * numbers.length) / (numbers.length - 1));
  };

  const outline = (numbers, left, base) => {
    const counts = new Array(BINS).fill(0);
    for (const number of numbers) {
      const place = Math.floor(((number + LIMIT) / (2 * LIMIT)) * BINS);
      counts[Math.max(0, Math.min(BINS - 1, place))]++;
    }
    const top = (count) => Number((base - BAR * Math.min(1, count / numbers.length / FULL)).toFixed(1));
    return `M ${left} ${base} ${counts.map((count) => `V ${top(count)} h ${BIN}`).join(" ")} V ${base} z`;
  };

  customElements.define("explore-initialization", class extends Explorable {
    // As in the figure.
    initial() {
      return { rule: "none", std: "0.1", activation: "relu", depth: "10", width: "64", seed: "0" };
    }

    problem(name, value) {
      if (name === "std") return wrongNumber("the standard deviation", value, 0, 10);
      if (name === "depth") return wrongNumber("the number of layers", value, 1, 20, true);
      if (name === "seed") return wrongNumber("seed", value, 0, 2 ** 32 - 1, true);
      const choices = { rule: Object.keys(RULES), activation: Object.keys(ACTIVATIONS), width: WIDTHS }[name];
      return choices.includes(value) ? "" : `Expected ${choices.join(", ")} as ${name}, got ${value || "none"}.`;
    }

    // A rule determines the standard deviation. A typed one belongs to no rule.
    take(part, typed) {
      const fine = (name) => name in part && !this.problem(name, part[name]);
      if (fine("std") && !fine("rule")) part = { ...part, rule: "none" };
      const [rule, width] = ["rule", "width"].map((name) => (fine(name) ? part : this.state)[name]);
      const std = RULES[rule][1]?.(Number(width));
      const ruled = std && ("std" in part) === fine("std");
      super.take(ruled ? { ...part, std: String(Number(std.toPrecision(4))) } : part, typed);
    }

    build() {
      this.row = this.part("layer-1");
      this.comment = make("p", { className: "nnfp-comment" });
      const label = (text, field) => make("label", { className: "nnfp-control" }, `${text} `, field);
      const choice = (name, text, choices) =>
        label(text, this.field(name, {}, "select", ...choices.map(([value, shown]) => make("option", { value }, shown))));
      const options = (table) => Object.entries(table).map(([value, [shown]]) => [value, shown]);
      this.append(this.comment, make("div", { className: "nnfp-controls" },
        choice("rule", "rule", options(RULES)),
        choice("activation", "activation", options(ACTIVATIONS)),
        this.control("std", "std of weights", { min: 0, max: 10, step: 0.01 }),
        this.control("depth", "layers", { min: 1, max: 20 }),
        choice("width", "neurons a layer", WIDTHS.map((width) => [width, width])),
        this.control("seed", "seed", { min: 0 }),
        make("div", { className: "nnfp-buttons" }, this.button("Reset", () => this.reset())),
        make("p", { className: "nnfp-quiet" }, "Drag a number sideways, or click it to type."),
      ));
    }

    show() {
      const columns = Object.entries(run(this.state));
      const depth = Number(this.state.depth);
      const height = TOP + ROW * (depth + 1) + 24;
      this.svg.setAttribute("viewBox", `0 0 480 ${height}`);
      this.svg.setAttribute("height", height);
      this.stage.classList.toggle("nnfp-stays", depth <= 10);
      this.part("scale").setAttribute("transform", `translate(0 ${ROW * (depth - 10)})`);
      for (const row of this.svg.querySelectorAll("[data-part^=layer]")) row.remove();
      for (let i = 0; i <= depth; i++) this.svg.append(this.rowOf(i, columns.map(([, layers]) => layers[i])));
      const about = ([name, layers]) =>
        `${name} (standard deviation ${written(spread(layers[0]))} at x, ${written(spread(layers[depth]))} in layer ${depth})`;
      this.svg.ariaLabel = `Histograms of ${columns.map(about).join(" and ")}`;
      this.comment.textContent = this.explain(...columns.map(([, layers]) => layers));
    }

    // The row of a layer; layer 0 is the input.
    rowOf(i, numbers) {
      const row = named(`layer-${i}`, this.row.cloneNode(true));
      const [label, ...texts] = row.querySelectorAll("text");
      label.textContent = i || "x";
      for (const text of [label, ...texts]) text.setAttribute("y", (Number(text.getAttribute("y")) + ROW * (i - 1)).toFixed(1));
      row.querySelectorAll("path").forEach((path, column) => {
        path.setAttribute("d", outline(numbers[column], LEFT + COLUMN * column, TOP + ROW * (i + 1) - 4));
        texts[column].textContent = written(spread(numbers[column]));
      });
      return row;
    }

    // What a layer does to the spread, and how much the samples still differ at the end.
    explain(activations, gradients) {
      const depth = activations.length - 1;
      const factor = (from, to) => written(Number(((spread(to) / spread(from)) ** (1 / depth)).toPrecision(2)));
      const last = activations[depth];
      const width = last.length / SAMPLES;
      const neurons = Array.from({ length: width }, (_, j) => last.filter((answer, i) => i % width === j));
      return `On average, each layer multiplies the std of the activations by ${factor(activations[0], last)}, and on the way ` +
        `back that of the gradients by ${factor(gradients[depth], gradients[0])}. At the end, a neuron's answers ` +
        `to ${SAMPLES} samples have a std of ${written(mean(neurons.map(spread)))}.`;
    }

    says() {
      return this.comment.textContent;
    }
  });
}
