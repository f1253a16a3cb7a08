/** One server and one browser for all tests of a file. */

import { after, before } from "node:test";
import { openBrowser, startServer } from "./support.js";

/** @typedef {import("./support.js").Server} Server */
/** @typedef {Awaited<ReturnType<typeof openBrowser>>} Browser */

/** A browser that is there while tests run. */
export function browse() {
  /** @type {Browser} */
  let browser;
  before(async () => void (browser = await openBrowser()));
  after(() => browser?.close());
  /** @type {Browser["visit"]} */
  const visit = (url, prepare) => browser.visit(url, prepare);
  return { visit };
}

/**
 * The same, and the server that it visits.
 *
 * @param {string[] | (() => Promise<string[]>)} args as `startServer` takes them
 */
export function serve(args) {
  const browser = browse();
  /** @type {Server} */
  let server;
  const start = async (/** @type {number} */ port) =>
    void (server = await startServer(typeof args === "function" ? await args() : args, port));
  before(() => start(0));
  after(() => server?.kill());
  return {
    browser,
    server: {
      get url() {
        return server.url;
      },
      get port() {
        return server.port;
      },
      stop: () => server.stop(),
      kill: () => server.kill(),
      /** Another one in its place, where it has ended. */
      again: () => start(server.port),
    },
  };
}
