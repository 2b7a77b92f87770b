// The explorable of the attention page: type the start of a name, and let the page's transformer finish it.
"use strict";
{
  const WEIGHTS = new URL("weights/transformer.js", document.currentScript.src);
  const LETTERS = [...".abcdefghijklmnopqrstuvwxyz"];
  const MOST = 15; // letters of a name
  const PAUSE = 150; // between letters, in milliseconds: the URL and the screen reader wait for the last one
  // The picture is the one of nnfp/draw/_finishing.py.
  const [LEFT, RIGHT, WIDEST, TALLEST] = [136, 476, 44, 64];

  // The network: how much the last letter attends to each letter, for each head, and what may follow. Each
  // number in the weights is a multiple of 1/256.
  const forward = (weights, letters) => {
    const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    const add = (a, b) => a.map((value, i) => value + b[i]);
    const softmax = (logits) => {
      const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
      const total = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / total);
    };
    const linear = (name, row) =>
      weights[`${name}.weight`].map((weight, i) => (dot(weight, row) + weights[`${name}.bias`][i]) / 256);
    const norm = (name, row) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const centered = row.map((value) => value - mean);
      const std = Math.sqrt(dot(centered, centered) / row.length + 1e-5);
      return centered.map((value, i) => ((value / std) * weights[`${name}.weight`][i] + weights[`${name}.bias`][i]) / 256);
    };
    const attention = [];
    let rows = letters.map((letter, i) =>
      add(weights["embedding.weight"][letter], weights["position.weight"][i]).map((sum) => sum / 256));
    for (const block of ["blocks.0", "blocks.1"]) {
      const projected = rows.map((row) => linear(`${block}.attention.in_proj`, norm(`${block}.norm1`, row)));
      const mixed = rows.map(() => []);
      for (let head = 0; head < 4; head++) {
        const [queries, keys, values] = [0, 4, 8].map((part) => projected.map((row) => row.slice(8 * (part + head), 8 * (part + head + 1))));
        const shares = queries.map((query, i) => softmax(keys.slice(0, i + 1).map((key) => dot(query, key) / Math.sqrt(8))));
        attention.push(shares.at(-1));
        mixed.forEach((row, i) => row.push(...values[0].map((_, k) => dot(shares[i], values.map((value) => value[k])))));
      }
      rows = rows.map((row, i) => add(row, linear(`${block}.attention.out_proj`, mixed[i])));
      rows = rows.map((row) => {
        const hidden = linear(`${block}.mlp.layers.0`, norm(`${block}.norm2`, row)).map((sum) => Math.max(0, sum));
        return add(row, linear(`${block}.mlp.layers.1`, hidden));
      });
    }
    const logits = linear("head", norm("norm", rows.at(-1)));
    return { attention, logits, probabilities: softmax(logits) };
  };

  const nameOf = (letter) => (letter ? LETTERS[letter] : "the end");
  const HEADS = [1, 2].flatMap((block) => [1, 2, 3, 4].map((head) => `${block}-${head}`));
  const called = (head) => `block ${head[0]}, head ${head[2]}`;

  // Draw a letter: each as often as it is probable.
  const pick = (probabilities) => {
    let left = Math.random();
    return Math.max(0, probabilities.findIndex((probability) => (left -= probability) < 0));
  };

  const rect = (x, y, width, height, style) =>
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" style="${style}"/>`;

  customElements.define("explore-finish", class extends Explorable {
    // What the network adds to the start is in `rest`: a dot ends the name.
    initial() {
      const letters = this.columns().map((column) => column.textContent.trim());
      return { start: letters.slice(1).join(""), rest: "", head: "" };
    }

    columns() {
      return [...this.svg.querySelectorAll('[data-part^="letter-"]')];
    }

    problem(name, value) {
      if (name === "head") {
        return !value || HEADS.includes(value) ? "" : `Expected a head from 1-1 to 2-4, got ${value}.`;
      }
      const room = name === "start" ? MOST : MOST - this.state.start.length;
      const letters = name === "start" ? value : value.replace(/\.$/, "");
      if (/[^a-z]/.test(letters)) return `Expected letters from a to z, got ${value}.`;
      return letters.length > room ? `Expected at most ${MOST} letters, got ${MOST + letters.length - room}.` : "";
    }

    build() {
      this.stage.classList.remove("nnfp-stays"); // the controls come before it
      this.result = make("p", { className: "nnfp-result" });
      this.numbers = make("p", { className: "nnfp-quiet" });
      const options = ["", ...HEADS].map((head) => make("option", { value: head }, head ? called(head) : "all heads"));
      this.look = make("label", {}, "look at ", this.field("head", {}, "select", ...options));
      this.stage.before(
        make("div", { className: "nnfp-controls" },
          make("div", { className: "nnfp-control" }, make("label", {}, "start of a name ", this.makeField())),
          make("div", { className: "nnfp-buttons" },
            this.button("Next letter", () => this.ready(() => this.add())),
            this.button("Finish the name", () => this.ready(() => this.finish())),
            this.button("Reset", () => this.reset()))),
        this.result);
      this.append(make("div", { className: "nnfp-control" }, this.look), this.numbers);
      this.svg.onclick = ({ target }) => {
        const [, head] = target.closest("[data-part]")?.dataset.part.match(/^head-(.*)/) ?? [];
        if (head) this.change({ head: head === this.state.head ? "" : head });
      };
    }

    // Phones begin with a capital letter, and end with a space.
    makeField() {
      const field = make("input", { name: "start", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: false });
      const typed = () => field.value.trim().toLowerCase();
      field.oninput = () => this.change({ start: typed() }, field);
      field.onchange = () => (field.value = this.state.start);
      field.onkeydown = ({ key }) => {
        if (key === "Enter" && !this.problem("start", typed())) this.ready(() => this.finish());
      };
      return field;
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      this.stop();
    }

    read() {
      this.stop();
      super.read();
    }

    // A new start has no rest yet.
    take(part, typed) {
      if ("start" in part) this.stop();
      const renewed = "start" in part && !this.problem("start", part.start);
      super.take(renewed ? { ...part, rest: part.rest ?? "" } : part, typed);
    }

    light(...given) {
      super.light(...given);
      this.result.hidden = Boolean(this.message.textContent); // the message takes its place
      this.explain();
    }

    stop() {
      clearTimeout(this.timer);
      this.act = null;
    }

    // Act once the weights are there.
    ready(act) {
      this.stop();
      this.used = true;
      if (window.nnfpTransformer) return act();
      this.act = act;
      this.load();
    }

    // Load the weights when they are first needed.
    load() {
      this.result.textContent = "The weights are loading …";
      this.failed = false;
      const loaded = () => {
        this.show();
        this.light();
        this.act?.();
      };
      const failed = () => {
        this.stop();
        this.failed = true;
        this.result.textContent = "The weights could not be loaded. To try again, finish the name.";
      };
      this.loadWeights(WEIGHTS, "nnfpTransformer", loaded, failed);
    }

    // Add a letter, or begin anew where the name has ended.
    add() {
      const { start } = this.state;
      const rest = this.ended() ? "" : this.state.rest;
      if ((start + rest).length === MOST) return this.change({ rest });
      const { probabilities } = this.rate(start + rest);
      this.change({ rest: rest + LETTERS[pick(probabilities)] });
    }

    // Add letters to the end, one after the other, or at once for readers who want no motion.
    finish() {
      this.add();
      if (this.ended()) return;
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.finish();
      else this.timer = setTimeout(() => this.finish(), PAUSE);
    }

    ended() {
      const { start, rest } = this.state;
      return rest.endsWith(".") || (start + rest).length === MOST;
    }

    rate(name) {
      return forward(window.nnfpTransformer, [...`.${name}`].map((letter) => LETTERS.indexOf(letter)));
    }

    show() {
      const { start, rest, head } = this.state;
      this.look.dataset.part = `head-${head}`;
      for (const one of HEADS) this.part(`head-${one}`).classList.toggle("nnfp-faded", Boolean(head) && head !== one);
      this.letters = [...`.${start}${rest.replace(".", "")}`];
      this.drawLetters(start.length);
      // At the start, the figure shows what the network computes, without its weights.
      this.used ||= Object.keys(this.start).some((name) => this.state[name] !== this.start[name]);
      if (!this.used) {
        this.result.replaceChildren("Type how your name begins, or let the network finish ", colored("input", start), ".");
      } else if (window.nnfpTransformer) {
        this.rating = this.rate(this.letters.slice(1).join(""));
        this.drawAttention();
        this.drawBars();
        this.write();
      } else this.load();
    }

    wide() {
      return Math.min(WIDEST, (RIGHT - LEFT) / this.letters.length);
    }

    // The letters, each with the frame of its column, which is seen when the reader points at the letter.
    drawLetters(typed) {
      const wide = this.wide();
      this.part("who", "text").textContent = `${this.letters.at(-1)} attends to`;
      this.columns().forEach((column) => column.remove());
      this.part("head-2-4").insertAdjacentHTML("afterend", this.letters.map((letter, k) => {
        const color = k > typed ? "currentColor" : "var(--nnfp-input)";
        const frame = rect(LEFT + wide * k, 3, wide, 216, `fill: none; stroke: ${color}; stroke-width: 0`);
        const text = `<text x="${LEFT + wide * (k + 0.5)}" y="21.6" style="text-anchor: middle; fill: ${color}">${letter}</text>`;
        return `<g data-part="letter-${k}">${frame}${text}</g>`;
      }).join(""));
    }

    // A row of cells for each head.
    drawAttention() {
      const wide = this.wide();
      HEADS.forEach((head, h) => {
        const [frame, ...cells] = this.part(`head-${head}`).querySelectorAll("rect");
        frame.setAttribute("width", (wide * this.letters.length).toFixed(1));
        cells.forEach((cell) => cell.remove());
        frame.insertAdjacentHTML("afterend", this.rating.attention[h].map((share, k) =>
          rect((LEFT + wide * k + 1).toFixed(1), frame.y.baseVal.value + 1, (wide - 2).toFixed(1), 17, `fill-opacity: ${share.toFixed(2)}`)).join(""));
      });
    }

    drawBars() {
      const { probabilities } = this.rating;
      const largest = Math.max(...probabilities);
      probabilities.forEach((probability, letter) => {
        const bar = this.part(`next-${letter}`, "rect");
        const bottom = bar.y.baseVal.value + bar.height.baseVal.value;
        const height = (TALLEST * probability) / largest;
        bar.setAttribute("y", (bottom - height).toFixed(1));
        bar.setAttribute("height", height.toFixed(1));
        this.part(`next-${letter}`, "text").style.fillOpacity = probability < largest ? 0.7 : 1;
      });
      const share = this.part("share", "text");
      const { x } = this.part(`next-${probabilities.indexOf(largest)}`, "rect");
      share.setAttribute("x", Math.max(24, Math.min(456, x.baseVal.value + 6)));
      share.textContent = percent(largest);
    }

    write() {
      const { start, rest } = this.state;
      const { probabilities } = this.rating;
      const ranked = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
      const likeliest = listed(ranked.map((letter) => `${nameOf(letter)} with ${percent(probabilities[letter])}`));
      const name = start + rest.replace(".", "");
      this.svg.ariaLabel = `${name ? `After ${name}` : "At the start"}, the likeliest are ${likeliest}`;
      if (start.length === MOST) return this.result.replaceChildren(colored("input", start), ` has ${MOST} letters, and the network reads no more.`);
      if (!this.ended()) return this.result.replaceChildren(`${this.svg.ariaLabel}.`);
      this.result.replaceChildren(
        "The network writes ", colored("input", start), make("b", {}, rest.replace(".", "")),
        rest.endsWith(".") ? ". Finish the name again, and it writes another." : `. It reads at most ${MOST} letters.`);
    }

    // Write the numbers of the part that the reader points at, or else of the chosen head.
    explain() {
      const parts = [this.querySelector(".nnfp-lit")?.dataset.part, `head-${this.state.head}`];
      const [, kind, which] = parts.map((part) => part?.match(/^(head|letter|next)-(.+)$/)).find(Boolean) ?? [];
      if (kind && !this.rating && !this.failed) {
        this.used = true;
        this.show(); // loads the weights
      }
      this.numbers.textContent = kind && this.rating ? this[kind](which) : "Point at a head, a letter or a bar to see its numbers.";
    }

    head(which) {
      const shares = this.rating.attention[HEADS.indexOf(which)];
      const each = shares.map((share, k) => `${k ? this.letters[k] : "the dot"}\u00a0${Math.round(100 * share)}%`);
      return `In ${called(which)}, ${this.letters.at(-1)} attends to: ${listed(each)}.`;
    }

    letter(which) {
      const shares = this.rating.attention.map((heads) => `${Math.round(100 * heads[which])}%`);
      const name = Number(which) ? `letter ${which}, ${this.letters[which]}` : "the dot";
      return `${this.letters.at(-1)} attends to ${name}: ${listed(shares.slice(0, 4))} in block 1, ${listed(shares.slice(4))} in block 2.`;
    }

    next(which) {
      const share = `${(100 * this.rating.probabilities[which]).toFixed(1)}%`;
      return Number(which) ? `The next letter is ${LETTERS[which]} with ${share}.` : `The name ends here with ${share}.`;
    }

    says() {
      return this.result.textContent + (this.state.head ? ` ${this.numbers.textContent}` : "");
    }
  });
}
