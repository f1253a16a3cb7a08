/** The AsyncAPI document: generated from the schema, and valid for the official parser. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { build } from "../../docs/schema/asyncapi.mjs";
import { breakages, bundledValidator, fixtures, readText, typesOf } from "./contract.js";

// The parser brings many packages, so it lives in a folder of its own and not among those of the page.
const load = createRequire(new URL("asyncapi-parser/package.json", import.meta.url));
const { Parser } = load("@asyncapi/parser");

const ERROR = 0;
const WARNING = 1;

/** @param {object} document */
async function faultsOf(document) {
  const { diagnostics } = await new Parser().parse(JSON.stringify(document));
  return diagnostics
    .filter((/** @type {{ severity: number }} */ { severity }) => severity === ERROR || severity === WARNING)
    .map((/** @type {{ message: string, path: string[] }} */ { message, path }) => `${path.join(".")}: ${message}`);
}

test("the document is what the schema and the fixtures make", () => {
  assert.deepEqual(JSON.parse(readText("docs/asyncapi.json")), build());
});

test("the official parser accepts the document", async () => {
  assert.deepEqual(await faultsOf(JSON.parse(readText("docs/asyncapi.json"))), []);
});

test("the official parser rejects a broken document", async () => {
  const odd = build();
  odd.operations.stream.action = "shout";
  assert.notDeepEqual(await faultsOf(odd), []);
  const lost = build();
  lost.components.messages.heartbeat.payload.$ref = "#/components/schemas/nowhere";
  assert.notDeepEqual(await faultsOf(lost), []);
});

test("the document lists messages with sender and example", async () => {
  const { document } = await new Parser().parse(readText("docs/asyncapi.json"));
  const types = (/** @type {any} */ operations) =>
    operations
      .flatMap((/** @type {any} */ one) =>
        one
          .messages()
          .all()
          .map((/** @type {any} */ message) => message.name()),
      )
      .sort();
  assert.deepEqual(types(document.operations().filterBySend()), typesOf("server").sort());
  assert.deepEqual(types(document.operations().filterByReceive()), typesOf("client").sort());
  const examples = document
    .components()
    .messages()
    .all()
    .flatMap((/** @type {any} */ message) => message.examples().all());
  assert.equal(examples.length, fixtures.length);
});

test("schemas of the document accept what the schema accepts", () => {
  const { schemas } = build().components;
  for (const { name, message } of fixtures) {
    const fits = bundledValidator(schemas, message.type);
    assert.ok(fits(message), `${name}: ${JSON.stringify(fits.errors)}`);
    for (const { what, broken } of breakages(message)) assert.equal(fits(broken), false, `${name} ${what}`);
  }
});
