/**
 * Writes `docs/asyncapi.json`, the AsyncAPI 3 document of `/ws`, from the schema and the fixtures:
 *
 *     node docs/schema/asyncapi.mjs
 *
 * AsyncAPI reads schemas as JSON Schema draft 7. So the definitions move to `components.schemas`, and an `allOf` keeps
 * the members beside a `$ref`, which draft 7 would ignore. `tests/web/asyncapi.test.js` checks that the file is up to
 * date.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @typedef {Record<string, any>} Json */

const SCHEMA = new URL("tickcast.v1.json", import.meta.url);
const FIXTURES = new URL("../../tests/fixtures/wire/", import.meta.url);
export const DOCUMENT = new URL("../asyncapi.json", import.meta.url);

/** The possible answers to each message from a client. */
const ANSWERS = {
  subscribe: ["granted", "error"],
  rate: ["granted", "error"],
  resync: ["snapshot", "error"],
  unsubscribe: ["unsubscribed", "error"],
  describe: ["instruments", "error"],
  format: ["format", "error"],
  acknowledge: ["acknowledge", "error"],
  ack: ["error"],
  limits: ["limits", "error"],
  clock: ["time", "error"],
  drive: ["driven", "error"],
};
const TITLES = {
  subscribe: "Subscribe",
  rate: "Change the rate",
  resync: "Request a snapshot",
  unsubscribe: "Unsubscribe",
  describe: "Request the facts about symbols",
  format: "Change the format",
  acknowledge: "Acknowledge messages",
  ack: "Say how many messages were handled",
  limits: "Set the longest message",
  clock: "Ask for the server's clock",
  drive: "Drive the feed",
};

/** @param {URL} file @returns {Json} */
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
/** @param {Json} union */
const namesIn = (union) => union.anyOf.map((/** @type {Json} */ { $ref }) => $ref.replace("#/$defs/", ""));
/** @param {string} type */
const message = (type) => ({ $ref: `#/channels/stream/messages/${type}` });
const CHANNEL = { $ref: "#/channels/stream" };

/**
 * @param {any} value a schema of 2020-12, as far as `tickcast.v1.json` uses it
 * @returns {any} the same in draft 7, below `components.schemas`
 */
function toDraft7(value) {
  if (Array.isArray(value)) return value.map(toDraft7);
  if (typeof value !== "object" || value === null) return value;
  const { $ref, ...rest } = value;
  const others = Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, toDraft7(inner)]));
  if ($ref === undefined) return others;
  const moved = { $ref: $ref.replace("#/$defs/", "#/components/schemas/") };
  return Object.keys(others).length === 0 ? moved : { allOf: [moved], ...others };
}

/** @returns {{ name: string, payload: Json }[]} */
function readFixtures() {
  const files = readdirSync(FIXTURES)
    .filter((file) => file.endsWith(".json"))
    .sort();
  return files.map((file) => ({ name: file.replace(/\.json$/, ""), payload: read(new URL(file, FIXTURES)) }));
}

/** @returns {Json} */
export function build() {
  const { title, $defs } = read(SCHEMA);
  const fixtures = readFixtures();
  const server = namesIn($defs.server);
  const client = namesIn($defs.client);
  const types = [...new Set([...server, ...client])];
  const hasId = (/** @type {string} */ type) => "id" in $defs[type].properties;
  const messages = types.map((type) => [
    type,
    {
      name: type,
      title: type,
      summary: $defs[type].description,
      contentType: "application/json",
      ...(hasId(type) && { correlationId: { $ref: "#/components/correlationIds/request" } }),
      payload: { $ref: `#/components/schemas/${type}` },
      examples: fixtures.filter(({ payload }) => payload.type === type),
    },
  ]);
  const requests = client.map((/** @type {keyof typeof ANSWERS} */ type) => [
    type,
    {
      action: "receive",
      channel: CHANNEL,
      title: TITLES[type],
      summary: $defs[type].description,
      messages: [message(type)],
      reply: { channel: CHANNEL, messages: ANSWERS[type].map(message) },
    },
  ]);
  return {
    asyncapi: "3.0.0",
    info: {
      title,
      version: "1.0.0",
      description: [
        "A market streamed over one WebSocket.",
        "Messages are JSON text; a client may request the frequent ones in binary.",
        "The schemas are those of the text. Ignore unknown members and types: new ones may come without a new version.",
        "docs/PROTOCOL.md describes the messages and the close codes.",
      ].join(" "),
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      local: { host: "127.0.0.1:3030", protocol: "ws", description: "The default address of tickcast." },
    },
    channels: {
      stream: {
        address: "/ws",
        title: "The stream",
        description: "One WebSocket for requests, their answers, and the subscribed data.",
        messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
        bindings: { ws: { method: "GET", bindingVersion: "0.1.0" } },
      },
    },
    operations: {
      stream: {
        action: "send",
        channel: CHANNEL,
        title: "Stream the market",
        summary: "Messages from the server: hello, then feed, then answers and the subscribed data.",
        messages: server.map(message),
      },
      ...Object.fromEntries(requests),
    },
    components: {
      messages: Object.fromEntries(messages),
      correlationIds: {
        request: { description: "The number of the request, if it has one.", location: "$message.payload#/id" },
      },
      schemas: toDraft7($defs),
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(DOCUMENT, `${JSON.stringify(build(), null, 2)}\n`);
