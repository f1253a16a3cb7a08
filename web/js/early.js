/**
 * Opens the connection and asks for the symbols before the other modules are here: the answers are here as soon as they are.
 *
 * Not here: what is done with it (`app/first.js`).
 */

// As `state/address.js` has it: where the address says something, what it leaves out is as at first.
const binary =
  location.search.length > 1
    ? new URLSearchParams(location.search).get("format") === "binary"
    : /"format":"binary"/.test(readSettings());
const socket = new WebSocket(
  `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
  binary ? ["tickcast.v1.bin"] : [],
);
socket.binaryType = "arraybuffer";
/** @type {MessageEvent[]} */
const heard = [];
socket.onmessage = (/** @type {MessageEvent} */ event) => void heard.push(event);
// Read as far as it can be, so that who takes it has it in the same task.
const symbols = fetch("/api/v1/symbols", { headers: { accept: "application/json" } }).then(async (response) => {
  const list = response.ok ? await response.json() : null;
  return { ok: response.ok, status: response.status, json: async () => list };
});
// Whoever takes the answer hears of its failure.
symbols.catch(() => {});
Object.assign(window, { tickcastFirst: { socket, heard, binary, answers: new Map([["/api/v1/symbols", symbols]]) } });

function readSettings() {
  try {
    return localStorage.getItem("tickcast.settings") ?? "";
  } catch {
    return "";
  }
}

export {};
