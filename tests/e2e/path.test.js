/** The page below a path, behind a proxy that removes the path and passes everything else on. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";

const PREFIX = "/ticker";
const PRESENTER = "presenter-0123456789";
const { server, browser } = serve([`--token=${PRESENTER}`, `--viewer-token=viewer-0123456789abc`]);

/** Paths that were asked for outside of the prefix. @type {string[]} */
const outside = [];
const proxy = createServer((asked, answer) => {
  const path = inner(asked.url ?? "");
  if (path === null) return void answer.writeHead(404).end();
  const passed = request({ port: server.port, method: asked.method, path, headers: asked.headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  asked.pipe(passed);
});
proxy.on("upgrade", (asked, socket, early) => {
  const path = inner(asked.url ?? "");
  if (path === null) return void socket.destroy();
  const passed = connect(server.port, "127.0.0.1", () => {
    const lines = [];
    for (let i = 0; i < asked.rawHeaders.length; i += 2)
      lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}\r\n`);
    passed.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    passed.write(early);
    passed.pipe(socket).pipe(passed);
  });
  passed.on("error", () => socket.destroy());
  socket.on("error", () => passed.destroy());
});

/** Removes the prefix. @param {string} path @returns {string | null} */
function inner(path) {
  if (path.startsWith(`${PREFIX}/`)) return path.slice(PREFIX.length);
  outside.push(path);
  return null;
}

/** @type {string} */
let url;
before(async () => {
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (proxy.address()).port}${PREFIX}/`;
});
after(() => {
  proxy.close();
  proxy.closeAllConnections();
});

test("the page works below a path: market, sign-in, status", async () => {
  const { page, faults, foreign } = await browser.visit(url);
  await page.waitForURL(`${url}enter`);
  await page.fill("#token", PRESENTER);
  await page.keyboard.press("Enter");
  await page.locator(PRICED).first().waitFor();
  assert.ok(page.url().startsWith(url), page.url());
  await page.locator("#transport button:visible:enabled").first().waitFor();
  await page.reload();
  await page.locator(PRICED).first().waitFor();
  const fonts = await page.evaluate(async () => (await document.fonts.ready).size);
  assert.ok(fonts > 0, "the font of the style sheet is found");
  await page.goto(`${url}?format=binary`);
  await page.locator(PRICED).first().waitFor();
  await page.goto(`${url}status.html`);
  await page.locator("svg, canvas").first().waitFor();
  await page.goto(`${url}enter`);
  await untilText(page, "#state", "You are signed in");
  await page.click("#out");
  await until(async () => (await page.locator("#out").isVisible()) === false, "signed out");
  assert.deepEqual(outside, []);
  assert.deepEqual(foreign, []);
  // Before signing in, the market is not open.
  const closed = /401|HTTP Authentication failed/;
  assert.deepEqual(
    faults.filter((fault) => !closed.test(fault)),
    [],
  );
  await page.close();
});
