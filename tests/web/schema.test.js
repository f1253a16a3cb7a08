/** The JSON Schema, the fixtures and the document agree. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { breakages, faultOf, fixtures, readText, schema, typesOf, validator } from "./contract.js";

/** @typedef {Record<string, any>} Json */

const server = typesOf("server");
const client = typesOf("client");

test("every fixture matches the definition of its type", () => {
  assert.ok(fixtures.length >= 26);
  for (const { name, message } of fixtures) assert.equal(faultOf(message), null, name);
});

test("every message has a definition, a direction and a fixture", () => {
  const shown = new Set(fixtures.map(({ message }) => message.type));
  assert.deepEqual([...new Set([...server, ...client])].sort(), [...shown].sort());
  assert.deepEqual(
    server.filter((type) => client.includes(type)),
    ["format", "limits", "acknowledge"],
    "their answers are the same messages",
  );
  for (const type of shown) assert.equal(schema.$defs[type].properties.type.const, type);
  for (const { name, message } of fixtures) {
    assert.equal(validator("server")(message), server.includes(message.type), `${name} from the server`);
    assert.equal(validator("client")(message), client.includes(message.type), `${name} from a client`);
  }
});

test("a fixture with a missing or wrong member is rejected", () => {
  let tried = 0;
  for (const { name, message } of fixtures) {
    for (const { what, broken } of breakages(message)) {
      tried += 1;
      assert.equal(validator(message.type)(broken), false, `${name} ${what}`);
    }
  }
  assert.ok(tried > 300, `only ${tried} were tried`);
});

test("a value outside the protocol is rejected", () => {
  const update = fixtures.find(({ name }) => name === "update")?.message ?? {};
  const subscribe = fixtures.find(({ name }) => name === "subscribe_bars")?.message ?? {};
  const { interval, ...noInterval } = subscribe;
  const invalid = [
    { ...update, quotes: [{ ...update.quotes[0], last: "227.33" }] },
    { ...update, quotes: [{ ...update.quotes[0], seq: 1.5 }] },
    { ...update, quotes: [{ ...update.quotes[0], first_seq: 0 }] },
    { ...update, quotes: [] },
    { ...update, epoch: null },
    noInterval,
    { ...subscribe, interval: "2m" },
    { ...subscribe, channel: "news" },
    { ...subscribe, symbols: [] },
    { ...subscribe, rate: -1 },
    { ...subscribe, id: 2 ** 53 },
  ];
  for (const message of invalid) assert.notEqual(faultOf(message), null, JSON.stringify(message));
});

test("unknown members are accepted everywhere", () => {
  /** @param {any} value @returns {any} */
  const grow = (value) => {
    if (Array.isArray(value)) return value.map(grow);
    if (typeof value !== "object" || value === null) return value;
    return {
      ...Object.fromEntries(Object.entries(value).map(([name, held]) => [name, name === "at" ? held : grow(held)])),
      later: { deep: [1] },
    };
  };
  for (const { name, message } of fixtures) assert.equal(faultOf(grow(message)), null, name);
});

test("every definition and every member has a description", () => {
  /** @param {Json} shape @param {string} path */
  const checkDescriptions = (shape, path) => {
    const known = shape.description ?? schema.$defs[shape.$ref?.replace("#/$defs/", "")]?.description;
    const plain = "const" in shape || (shape.type === "array" && "$ref" in shape.items);
    assert.ok(known || plain, `${path} has no description`);
    for (const [name, inner] of Object.entries(shape.properties ?? {}))
      checkDescriptions(/** @type {Json} */ (inner), `${path}.${name}`);
    if (shape.properties) assert.equal(shape.additionalProperties, true, path);
  };
  for (const [name, shape] of Object.entries(schema.$defs)) checkDescriptions(/** @type {Json} */ (shape), name);
});

test("every example in the document matches the schema", () => {
  const text = readText("docs/PROTOCOL.md");
  const examples = [...text.matchAll(/^```json\n(.+)\n```$/gm)].map(([, example]) => example);
  assert.ok(examples.length >= 30, `found ${examples.length}`);
  for (const example of examples) assert.equal(faultOf(JSON.parse(example)), null, example);
});

test("the schema and the document have the same error codes", () => {
  const table = readText("docs/PROTOCOL.md").split("## Error codes")[1].split("\n## ")[0];
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual([...schema.$defs.error.properties.code.examples].sort(), codes.sort());
});
