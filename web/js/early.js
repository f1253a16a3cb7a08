/**
 * Opens the connection and requests the symbols while the other scripts are still on their way.
 *
 * Not here: their use (`app/early.js`).
 */

function begin() {
  // Follows `state/address.js`: with a query, a setting that it leaves out has its default.
  const binary =
    location.search.length > 1
      ? new URLSearchParams(location.search).get("format") === "binary"
      : /"format":"binary"/.test(readSettings());
  const { href } = new URL("ws", location.href.replace("http", "ws"));
  const worker = new Worker(new URL("js/worker.js", location.href));
  /** @type {MessageEvent[]} */
  const messages = [];
  worker.onmessage = (/** @type {MessageEvent} */ event) => void messages.push(event);
  worker.postMessage({ type: "open", connection: 1, url: href, protocols: binary ? ["tickcast.v1.bin"] : [] });
  // Parsed already, so that the list is there in the same task in which it is taken.
  const symbols = fetch("api/v1/symbols", { headers: { accept: "application/json" } }).then(async (response) => {
    const list = response.ok ? await response.json() : null;
    return { ok: response.ok, status: response.status, json: async () => list };
  });
  // A failure is handled where the answer is taken.
  symbols.catch(() => {});
  const answers = new Map([["api/v1/symbols", symbols]]);
  Object.assign(window, { tickcastEarly: { worker, messages, binary, answers } });
}

function readSettings() {
  try {
    return localStorage.getItem("tickcast.settings") ?? "";
  } catch {
    return "";
  }
}

// Otherwise the page was faster.
if (!("tickcastEarly" in window)) begin();

export {};
