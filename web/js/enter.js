/**
 * Turns a token into a cookie and goes on to the market.
 *
 * A link has the token behind its `#`, which browsers send to nobody; it is taken out of the address at once.
 */

const LOGIN = "/api/v1/login";
const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("token"));
const state = /** @type {HTMLElement} */ (document.getElementById("state"));
const fault = /** @type {HTMLElement} */ (document.getElementById("fault"));
const out = /** @type {HTMLButtonElement} */ (document.getElementById("out"));

/** @type {Record<string, string>} */
const ROLES = {
  presenter: "You are signed in: you may watch the market and drive it.",
  viewer: "You may watch the market. Who has the presenter's token may drive it, too.",
};

const ASK = state.textContent;

/** @param {string} token */
async function enter(token) {
  fault.textContent = "";
  try {
    const response = await fetch(LOGIN, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (response.ok) return location.replace("/");
    const { error } = await response.json();
    fault.textContent = `${error.message}: ${error.remedy}`;
  } catch {
    fault.textContent = "The server does not answer. Is it running?";
  }
  field.select();
}

async function tell() {
  const { role, driving } = await (await fetch(LOGIN)).json();
  if (role === "stranger") state.textContent = ASK;
  else if (driving === "everybody") state.textContent = "You may watch the market and drive it, without a token.";
  else if (driving === "nobody") state.textContent = "You may watch the market. Nobody may drive it.";
  else state.textContent = ROLES[role];
  out.hidden = role === "stranger" || driving === "everybody";
}

function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  void enter(token);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void enter(field.value.trim());
});
out.addEventListener("click", () => void fetch(LOGIN, { method: "DELETE" }).then(tell));
window.addEventListener("hashchange", takeToken);
takeToken();
// Where the server does not answer, signing in says so.
tell().catch(() => {});

export {};
