/** Reads the imports of the page's modules. */

/** @typedef {{ target: string, line: number, isType: boolean }} Import */

const IMPORT = /^\s*(?:import|export)\s[^;"]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|import\("([^"]+)"\)/gm;

/**
 * Finds every import: of code, of a module that is fetched later, and of a type in a comment.
 * @param {string} source
 * @returns {Import[]}
 */
export function importsOf(source) {
  return [...source.matchAll(IMPORT)].map((found) => {
    const line = source.slice(0, found.index).split("\n").length;
    const lineStart = source.lastIndexOf("\n", found.index) + 1;
    const isType = found[3] !== undefined && /^\s*(\/\*\*|\*|\/\/)/.test(source.slice(lineStart, found.index));
    return { target: found[1] ?? found[2] ?? found[3], line, isType };
  });
}
