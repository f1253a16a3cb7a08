/** Reads the modules of a Rust crate: their items, their imports and the paths in their code. */

import { endOfGroup, tokenize, withoutTests } from "./rust_tokens.js";

/** @typedef {import("./rust_tokens.js").Token} Token */
/** @typedef {{ segments: string[], line: number }} Path */
/**
 * @typedef {Path & { name: string }} Import a path and the name that it brings into scope; `*` brings every name
 */

/**
 * @typedef {object} Module
 * @property {string[]} path names from the crate's root down
 * @property {string} file
 * @property {Module | null} parent
 * @property {Map<string, Module>} children
 * @property {Set<string>} items what is defined here
 * @property {Import[]} imports
 * @property {Path[]} uses paths in code
 * @property {Set<string>} names every identifier, for imports of everything
 */

const ITEMS = ["fn", "struct", "enum", "trait", "union", "type", "const", "static", "macro_rules"];
const IDENTIFIER = /^[A-Za-z_]/;

/** @param {string[]} path @param {string} file @param {Module | null} parent @returns {Module} */
function emptyModule(path, file, parent) {
  return { path, file, parent, children: new Map(), items: new Set(), imports: [], uses: [], names: new Set() };
}

/**
 * Reads one `use` tree, such as `a::{self, b as c, d::*}`.
 * @param {Token[]} tokens
 * @param {number} at
 * @param {string[]} before the segments in front of it
 * @param {Import[]} into
 * @returns {number} the index after the tree
 */
function readUseTree(tokens, at, before, into) {
  const segments = [...before];
  const { line } = tokens[at];
  for (;;) {
    const { text } = tokens[at];
    if (text === "{") {
      const end = endOfGroup(tokens, at);
      for (at += 1; at < end - 1; at += tokens[at].text === "," ? 1 : 0) at = readUseTree(tokens, at, segments, into);
      return end;
    }
    if (text !== "::") segments.push(text);
    at += 1;
    if (!["::", "{"].includes(tokens[at].text) && text !== "::") break;
  }
  if (segments.length > 1 && segments.at(-1) === "self") segments.pop();
  let name = /** @type {string} */ (segments.at(-1));
  if (tokens[at].text === "as") [name, at] = [tokens[at + 1].text, at + 2];
  into.push({ segments, name, line });
  return at;
}

/**
 * Reads `a::b::<T>::c` and returns its segments up to the first type argument.
 * @param {Token[]} tokens
 * @param {number} at
 */
function readPath(tokens, at) {
  const segments = [tokens[at].text];
  while (tokens[at + 1]?.text === "::" && IDENTIFIER.test(tokens[at + 2]?.text ?? "")) {
    at += 2;
    segments.push(tokens[at].text);
  }
  return { segments, next: at + 1 };
}

/**
 * Reads the tokens of a module into it.
 * @param {Module} module
 * @param {Token[]} tokens
 * @param {(parent: Module, name: string) => void} declare called for each module in a file of its own
 */
function readModule(module, tokens, declare) {
  let depth = 0;
  for (let at = 0; at < tokens.length;) {
    const { text, line } = tokens[at];
    const next = tokens[at + 1]?.text;
    if (text === "mod" && tokens[at + 2]?.text === ";") {
      declare(module, next);
      at += 3;
    } else if (text === "mod" && tokens[at + 2]?.text === "{") {
      const end = endOfGroup(tokens, at + 2);
      const child = emptyModule([...module.path, next], module.file, module);
      module.children.set(next, child);
      readModule(child, tokens.slice(at + 3, end - 1), declare);
      at = end;
    } else if (text === "pub" && next === "(") {
      at = endOfGroup(tokens, at + 1);
    } else if (text === "use" && next !== "<") {
      at = readUseTree(tokens, at + 1, [], module.imports);
    } else if (IDENTIFIER.test(text)) {
      if (depth === 0 && ITEMS.includes(text)) module.items.add(next === "!" ? tokens[at + 2].text : next);
      const path = readPath(tokens, at);
      module.names.add(path.segments[0]);
      if (path.segments.length > 1) module.uses.push({ segments: path.segments, line });
      at = path.next;
    } else {
      if ("([{".includes(text)) depth += 1;
      if (")]}".includes(text)) depth -= 1;
      at += 1;
    }
  }
}

/**
 * Reads the crate whose root is `root`, and the program `main` that uses it, without what only tests have.
 * @param {Map<string, string>} files source text by path
 * @param {string} folder where `lib.rs` and `main.rs` are
 * @returns {Module}
 */
export function readCrate(files, folder) {
  const read = (/** @type {Module} */ module) => {
    const source = files.get(module.file);
    if (source === undefined) throw new Error(`${module.file} is missing`);
    readModule(module, withoutTests(tokenize(source)), declare);
  };
  const declare = (/** @type {Module} */ parent, /** @type {string} */ name) => {
    const path = [...parent.path, name];
    const base = [folder, ...path].join("/");
    const file = files.has(`${base}.rs`) ? `${base}.rs` : `${base}/mod.rs`;
    const child = emptyModule(path, file, parent);
    parent.children.set(name, child);
    read(child);
  };
  const crate = emptyModule([], `${folder}/lib.rs`, null);
  read(crate);
  if (files.has(`${folder}/main.rs`)) declare(crate, "main");
  return crate;
}

/** @param {Module} module @returns {Module[]} the module and all below it */
export function everyModule(module) {
  return [module, ...[...module.children.values()].flatMap(everyModule)];
}

/** @param {Module} module */
function rootOf(module) {
  while (module.parent) module = module.parent;
  return module;
}

/** @param {Module} outer @param {Module} inner */
const contains = (outer, inner) => outer.path.every((name, at) => inner.path[at] === name);

/**
 * Looks a name up in a module: a module below it, an item (the module itself), or the path that an import gives it.
 * @param {Module} module
 * @param {string} name
 * @param {boolean} isLast whether the path ends here, so that the name need not be a module's
 * @returns {Module | string[] | null}
 */
function lookup(module, name, isLast) {
  const imported = module.imports.find((one) => one.name === name)?.segments;
  const child = module.children.get(name);
  if (child && !(isLast && imported)) return child;
  if (module.items.has(name)) return module;
  if (imported) return imported;
  for (const { segments } of module.imports.filter((one) => one.name === "*")) {
    const source = resolve(module, segments.slice(0, -1));
    if (source && source !== module && lookup(source, name, isLast)) return [...segments.slice(0, -1), name];
  }
  return null;
}

/**
 * Finds the module that a path leads to. Names that a module around `from` only passes on are followed to the module
 * that defines them; names that another folder passes on count as that folder's.
 * @param {Module} from
 * @param {string[]} segments
 * @param {Module} [scope] the module in which the path is written
 * @param {number} [hops] imports followed so far
 * @returns {Module | null} nothing for names of other crates and for local names
 */
export function resolve(from, segments, scope = from, hops = 0) {
  let [module, at] = [scope, 0];
  if (["crate", "tickcast"].includes(segments[0])) [module, at] = [rootOf(scope), 1];
  else if (segments[0] === "self") at = 1;
  for (; segments[at] === "super" && module.parent; at += 1) module = module.parent;
  if (at === 0 && !lookup(scope, segments[0], segments.length === 1)) return null;
  for (; at < segments.length; at += 1) {
    const found = lookup(module, segments[at], at === segments.length - 1);
    if (found === null || found === module) return module;
    if (found instanceof Array) {
      if (hops > 20) return null;
      return contains(module, from) ? resolve(from, [...found, ...segments.slice(at + 1)], module, hops + 1) : module;
    }
    module = found;
  }
  return module;
}

/**
 * @param {Module} module
 * @returns {{ target: Module, name: string, line: number }[]} what its code depends on
 */
export function dependencies(module) {
  // A path that begins with an imported item adds nothing to the import.
  const imported = new Map(module.imports.map(({ name, segments }) => [name, resolve(module, segments)]));
  const uses = module.uses.filter(({ segments }) => imported.get(segments[0]) !== resolve(module, segments));
  const paths = [...module.imports, ...uses].flatMap(({ segments, line }) => {
    if (segments.at(-1) !== "*") return [{ segments, line }];
    const [source, base] = [resolve(module, segments.slice(0, -1)), segments.slice(0, -1)];
    const names = source && source !== module ? [...module.names].filter((name) => lookup(source, name, true)) : [];
    return names.map((name) => ({ segments: [...base, name], line }));
  });
  return paths.flatMap(({ segments, line }) => {
    const target = resolve(module, segments);
    return target && target.file !== module.file ? [{ target, name: segments.join("::"), line }] : [];
  });
}

/** A name that begins a path and is no crate: a type, or a primitive type. */
const NO_CRATE = /^[A-Z]|^(?:[iu](?:8|16|32|64|128|size)|f(?:32|64)|bool|char|str)$/;

/**
 * Lists the paths into other crates, `std` included.
 *
 * @param {Module} module
 * @returns {string[]} such as `std::sync::Arc`
 */
export function foreignPaths(module) {
  const isLocal = (/** @type {string[]} */ segments) => resolve(module, segments) !== null;
  const isImported = (/** @type {string} */ name) => module.imports.some((one) => one.name === name);
  const uses = module.uses.filter(({ segments }) => !isImported(segments[0]));
  const paths = [...module.imports, ...uses].map(({ segments }) => segments);
  return paths.filter((segments) => !NO_CRATE.test(segments[0]) && !isLocal(segments)).map((path) => path.join("::"));
}
