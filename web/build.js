/**
 * Bundles the page: one style sheet and few scripts for each HTML file, minified, with source maps. Run by build.rs:
 *
 *     node web/build.js PACKAGES OUT
 *
 * `PACKAGES` is the folder in which `npm ci` installed the packages. `OUT` is created again. The links and scripts of
 * each HTML file tell what to bundle and to preload.
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** @typedef {import("esbuild").Metafile["outputs"][string]} Output */

const WEB = dirname(fileURLToPath(import.meta.url));
const [packages, out] = process.argv.slice(2).map((path) => resolve(path));
/** @type {typeof import("esbuild")} */
const esbuild = createRequire(join(packages, "package.json"))("esbuild");

/** Files of packages that are served as they are, by their names below `lib/`. */
const LIBRARY = {
  "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter.LICENSE": "@fontsource-variable/inter/LICENSE",
  "lightweight-charts.LICENSE": "lightweight-charts/LICENSE",
};
const SCRIPT = /<script type="module"( async)? src="([^"]+)"><\/script>/g;
const SHEET = / *<link rel="stylesheet" href="([^"]+)">\n/g;
const COMMON = /** @type {const} */ ({
  absWorkingDir: WEB,
  bundle: true,
  minify: true,
  target: "es2022",
  outbase: WEB,
  outdir: out,
  logLevel: "error",
});

const pages = readdirSync(WEB)
  .filter((file) => file.endsWith(".html"))
  .map((file) => ({ file, text: readFileSync(join(WEB, file), "utf8") }));

/** Bundles the scripts of all pages, and returns the imports of each output. */
function bundleScripts() {
  const { metafile } = esbuild.buildSync({
    ...COMMON,
    entryPoints: [...new Set(pages.flatMap(({ text }) => [...text.matchAll(SCRIPT)].map(([, , path]) => path)))],
    alias: { "lightweight-charts": join(packages, "node_modules/lightweight-charts") },
    format: "esm",
    splitting: true,
    chunkNames: "js/[name]-[hash]",
    sourcemap: "linked",
    metafile: true,
  });
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [relative(out, resolve(WEB, path)), output]),
  );
  for (const path of outputs.keys()) if (path.endsWith(".map")) tidyMap(join(out, path));
  return outputs;
}

/** Bundles the script of the thread that receives. It starts soonest as one file of the classic kind. */
function bundleWorker() {
  esbuild.buildSync({ ...COMMON, entryPoints: [join(WEB, "js/worker.js")], format: "iife", sourcemap: "linked" });
  tidyMap(join(out, "js/worker.js.map"));
}

/** Names the sources by their paths in the repository, not on this machine. @param {string} file */
function tidyMap(file) {
  const map = JSON.parse(readFileSync(file, "utf8"));
  const named = (/** @type {string} */ source) => {
    const path = resolve(dirname(file), source);
    return path.startsWith(join(WEB, "js")) ? relative(WEB, path) : relative(join(packages, "node_modules"), path);
  };
  writeFileSync(file, JSON.stringify({ ...map, sourceRoot: "/source/", sources: map.sources.map(named) }));
}

/**
 * Returns all scripts that a script imports at once.
 *
 * @param {Map<string, Output>} outputs
 * @param {string} path
 * @returns {string[]}
 */
function imported(outputs, path) {
  const direct = (outputs.get(path)?.imports ?? [])
    .filter(({ kind }) => kind === "import-statement")
    .map((one) => relative(out, resolve(WEB, one.path)));
  return [...new Set(direct.flatMap((one) => [one, ...imported(outputs, one)]))];
}

/** @param {string} file @param {readonly string[]} sheets */
function bundleSheets(file, sheets) {
  const path = `styles/${basename(file, ".html")}.css`;
  const contents = sheets.map((sheet) => `@import "./${sheet}";`).join("\n");
  esbuild.buildSync({
    ...COMMON,
    stdin: { contents, loader: "css", resolveDir: WEB },
    external: ["../lib/*"],
    outdir: undefined,
    outfile: join(out, path),
  });
  return path;
}

/** Writes FILE.br and FILE.gz beside each file of text, so that the server need not compress it for each visitor. */
function compressTexts() {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(css|html|js|svg)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
    writeFileSync(`${file}.br`, brotliCompressSync(text, { params }));
    writeFileSync(`${file}.gz`, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }));
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "lib"), { recursive: true });
const outputs = bundleScripts();
bundleWorker();
for (const { file, text } of pages) {
  const sheets = [...text.matchAll(SHEET)].map(([, path]) => path);
  const preloads = [...text.matchAll(SCRIPT)]
    .flatMap(([, , path]) => imported(outputs, path))
    .map((path) => `  <link rel="modulepreload" href="${path}">\n`);
  const links = `  <link rel="stylesheet" href="${bundleSheets(file, sheets)}">\n${[...new Set(preloads)].join("")}`;
  let placed = false;
  writeFileSync(
    join(out, file),
    text.replaceAll(SHEET, () => (placed ? "" : ((placed = true), links))),
  );
}
copyFileSync(join(WEB, "favicon.svg"), join(out, "favicon.svg"));
for (const [name, from] of Object.entries(LIBRARY))
  copyFileSync(join(packages, "node_modules", from), join(out, "lib", name));
compressTexts();
