// How ESLint checks docs/assets/*.js: plain browser scripts that share their top-level names.
import { readdirSync, readFileSync } from "node:fs";
import js from "@eslint/js";
import globals from "globals";

// What a script declares at the start of a line, every other script can use.
const shared = readdirSync("docs/assets")
  .filter((name) => name.endsWith(".js"))
  .flatMap((name) => [...readFileSync(`docs/assets/${name}`, "utf8").matchAll(/^(?:function|class|const) (\w+)/gm)])
  .map((match) => match[1]);
// What Material for MkDocs offers to scripts.
const theme = ["document$", "__md_get", "__md_set"];

export default [
  // Third-party code, kept as it was published.
  { ignores: ["docs/assets/iframe-worker.js"] },
  js.configs.recommended,
  {
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.browser, ...Object.fromEntries([...shared, ...theme].map((name) => [name, "readonly"])) },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-redeclare": ["error", { builtinGlobals: false }],
      "no-shadow": "error",
      "no-unused-vars": ["error", { vars: "local" }],
      "no-var": "error",
      "prefer-const": "error",
      strict: ["error", "global"],
    },
  },
  { files: ["docs/assets/search.js"], languageOptions: { globals: globals.worker } },
];
