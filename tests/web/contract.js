/** The contract as files: the one schema, the fixtures, and what `docs/PROTOCOL.md` shows. */

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** @typedef {Record<string, any>} Json */
/** @typedef {{ (value: unknown): boolean, errors?: object[] | null }} Validate */

const ROOT = new URL("../../", import.meta.url);
const load = createRequire(new URL("web/package.json", ROOT));
const { default: Ajv } = load("ajv/dist/2020.js");
const { default: Ajv7 } = load("ajv");

/** @param {string} path from the root */
export const readText = (path) => readFileSync(new URL(path, ROOT), "utf8");

/** @type {Json} */
export const schema = JSON.parse(readText("docs/schema/tickcast.v1.json"));
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, allErrors: true });
ajv.addSchema(schema, "tickcast");

/** @type {{ name: string, message: Json }[]} */
export const fixtures = readdirSync(new URL("tests/fixtures/wire/", ROOT))
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({ name: file.replace(/\.json$/, ""), message: JSON.parse(readText(`tests/fixtures/wire/${file}`)) }));

/** @param {"server" | "client"} direction @returns {string[]} */
export const typesOf = (direction) =>
  schema.$defs[direction].anyOf.map((/** @type {Json} */ { $ref }) => $ref.replace("#/$defs/", ""));

/** @param {string} definition @returns {Validate} */
export function validator(definition) {
  const validate = ajv.getSchema(`tickcast#/$defs/${definition}`);
  if (!validate) throw new Error(`the schema has no definition of ${definition}`);
  return validate;
}

/**
 * @param {Json} schemas draft 7, by name, as they stand below `components.schemas`
 * @param {string} name
 * @returns {Validate}
 */
export function bundledValidator(schemas, name) {
  const bundle = { components: { schemas }, $ref: `#/components/schemas/${name}` };
  return new Ajv7({ strict: true, allowUnionTypes: true, strictRequired: false, strictSchema: false }).compile(bundle);
}

/**
 * @param {Json} message
 * @returns {string | null} what is wrong with it by the definition of its type
 */
export function faultOf(message) {
  const validate = validator(message.type);
  return validate(message) ? null : ajv.errorsText(validate.errors, { separator: "\n" });
}

/**
 * Each way of breaking a message: a required member gone, or of another kind, at any depth.
 *
 * @param {Json} message
 * @returns {{ what: string, broken: Json }[]}
 */
export function breakages(message) {
  /** @type {{ what: string, broken: Json }[]} */
  const found = [];
  /** @param {Json} value @param {Json} shape @param {string} path @param {(changed: Json) => Json} rebuild */
  const walk = (value, shape, path, rebuild) => {
    const { $ref } = shape;
    if ($ref) return walk(value, schema.$defs[$ref.replace("#/$defs/", "")], path, rebuild);
    for (const name of shape.required ?? []) {
      const { [name]: gone, ...rest } = value;
      found.push({ what: `without ${path}${name}`, broken: rebuild(rest) });
    }
    for (const [name, inner] of Object.entries(shape.properties ?? {})) {
      if (!(name in value)) continue;
      // A list in a list is nothing that the protocol has anywhere.
      found.push({ what: `another kind of ${path}${name}`, broken: rebuild({ ...value, [name]: [[]] }) });
      const held = value[name];
      if (Array.isArray(held)) {
        held.forEach((one, at) => {
          const replaced = (/** @type {unknown} */ changed) => rebuild({ ...value, [name]: held.with(at, changed) });
          if (typeof one === "object" && one !== null) walk(one, inner.items, `${path}${name}[${at}].`, replaced);
          else found.push({ what: `another kind of ${path}${name}[${at}]`, broken: replaced({}) });
        });
      } else if (typeof held === "object" && held !== null) {
        walk(held, inner, `${path}${name}.`, (changed) => rebuild({ ...value, [name]: changed }));
      }
    }
  };
  walk(message, schema.$defs[message.type], "", (changed) => changed);
  return found;
}
