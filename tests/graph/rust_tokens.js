/** Splits Rust source into tokens and leaves out comments, literals and what is compiled for tests alone. */

/** @typedef {{ text: string, line: number }} Token */

const SKIPPED = [
  /\s+/y,
  /\/\/[^\n]*/y,
  /(?:b|c)?r(#*)"[^]*?"\1/y,
  /(?:b|c)?"(?:\\[^]|[^"\\])*"/y,
  /b?'(?:\\[^\n]+?|[^\\'\n])'/y,
  /'[A-Za-z_]\w*/y,
  /\d[\w]*(?:\.\d\w*)?/y,
];
const KEPT = [/(?:r#)?([A-Za-z_]\w*)/y, /::|=>|->|[^\s]/y];

/** Conditions that hold in no production build. */
const TEST_CONDITIONS = ["test", "fuzzing", "loom"];

/** @param {RegExp[]} patterns @param {string} source @param {number} at */
function matchAt(patterns, source, at) {
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) return found;
  }
  return null;
}

/**
 * Returns the position after a block comment, which may hold others.
 * @param {string} source
 * @param {number} at
 */
function endOfComment(source, at) {
  let depth = 0;
  for (; at < source.length; at += 1) {
    const pair = source.slice(at, at + 2);
    if (pair === "/*") depth += 1;
    if (pair === "*/") depth -= 1;
    if (pair === "/*" || pair === "*/") at += 1;
    if (depth === 0) return at + 1;
  }
  return at;
}

/** @param {string} source @returns {Token[]} */
export function tokenize(source) {
  /** @type {Token[]} */
  const tokens = [];
  let [at, line] = [0, 1];
  const advance = (/** @type {number} */ to) => {
    for (; at < to; at += 1) if (source[at] === "\n") line += 1;
  };
  while (at < source.length) {
    if (source.startsWith("/*", at)) {
      advance(endOfComment(source, at));
      continue;
    }
    const skipped = matchAt(SKIPPED, source, at);
    const found = skipped ?? matchAt(KEPT, source, at);
    if (!found) throw new Error(`no token at line ${line}`);
    if (!skipped) tokens.push({ text: found[1] ?? found[0], line });
    advance(at + found[0].length);
  }
  return tokens;
}

/**
 * Returns the index after the group that opens at `at`.
 * @param {Token[]} tokens
 * @param {number} at
 */
export function endOfGroup(tokens, at) {
  let depth = 0;
  for (; at < tokens.length; at += 1) {
    if ("([{".includes(tokens[at].text)) depth += 1;
    if (")]}".includes(tokens[at].text)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return at;
}

/**
 * Tells whether a `cfg` condition can hold in a production build, and whether it can fail.
 * @param {string} condition without spaces
 * @returns {{ can: boolean, cannot: boolean }}
 */
function possible(condition) {
  const call = /^(all|any|not)\((.*)\)$/.exec(condition);
  if (!call) return { can: !TEST_CONDITIONS.includes(condition), cannot: true };
  const inner = splitArguments(call[2]).map(possible);
  if (call[1] === "not") return { can: inner[0].cannot, cannot: inner[0].can };
  if (call[1] === "all") return { can: inner.every(({ can }) => can), cannot: inner.some(({ cannot }) => cannot) };
  return { can: inner.some(({ can }) => can), cannot: inner.every(({ cannot }) => cannot) };
}

/** @param {string} list */
function splitArguments(list) {
  let depth = 0;
  const parts = [""];
  for (const character of list) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part !== "");
}

/**
 * Returns the index after the item, statement or field that begins at `at`.
 * @param {Token[]} tokens
 * @param {number} at
 */
function endOfItem(tokens, at) {
  while (tokens[at]?.text === "#") at = endOfGroup(tokens, at + 1);
  if (tokens[at]?.text === "pub") at += tokens[at + 1]?.text === "(" ? endOfGroup(tokens, at + 1) - at : 1;
  const [first, second] = [tokens[at]?.text, tokens[at + 1]?.text];
  const isField = second === ":";
  const endsWithSemicolon = ["use", "static", "let", "type"].includes(first) || (first === "const" && second !== "fn");
  for (; at < tokens.length; at += 1) {
    const { text } = tokens[at];
    if (text === ";" || (text === "," && isField)) return at + 1;
    if ("}])".includes(text)) return at;
    if ("([{".includes(text)) {
      const end = endOfGroup(tokens, at);
      if (text === "{" && !endsWithSemicolon && !isField) return end;
      at = end - 1;
    }
  }
  return at;
}

/**
 * Leaves out what stands under a `cfg` that no production build fulfils.
 * @param {Token[]} tokens
 * @returns {Token[]}
 */
export function withoutTests(tokens) {
  /** @type {Token[]} */
  const kept = [];
  let at = 0;
  while (at < tokens.length) {
    const isInner = tokens[at + 1]?.text === "!";
    const open = at + (isInner ? 2 : 1);
    if (tokens[at].text === "#" && tokens[open]?.text === "[" && tokens[open + 1]?.text === "cfg") {
      const end = endOfGroup(tokens, open);
      const condition = tokens
        .slice(open + 3, end - 2)
        .map(({ text }) => text)
        .join("");
      if (possible(condition).can) at = end;
      else at = isInner ? tokens.length : endOfItem(tokens, end);
    } else {
      kept.push(tokens[at]);
      at += 1;
    }
  }
  return kept;
}
