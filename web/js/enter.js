/**
 * The script of the sign-in page: exchanges a token for a cookie and opens the market page.
 *
 * A link has the token behind its `#`, which browsers do not send. It is removed from the address at once.
 */

const LOGIN = "api/v1/login";
const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("token"));
const state = /** @type {HTMLElement} */ (document.getElementById("state"));
const fault = /** @type {HTMLElement} */ (document.getElementById("fault"));
const out = /** @type {HTMLButtonElement} */ (document.getElementById("out"));

/** @type {Record<string, string>} */
const ROLES = {
  presenter: "You are signed in. You may watch the market and control the feed.",
  viewer: "You may watch the market. Controlling the feed needs the presenter's token.",
};

const SIGNED_OUT = state.textContent;

/** @param {string} token */
async function signIn(token) {
  fault.textContent = "";
  try {
    const response = await fetch(LOGIN, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (response.ok) return location.replace("./");
    const { error } = await response.json();
    fault.textContent = `${error.message}: ${error.remedy}`;
  } catch {
    fault.textContent = "The server does not answer. Is it running?";
  }
  field.select();
}

async function showRole() {
  const { role, driving } = await (await fetch(LOGIN)).json();
  if (role === "anonymous") state.textContent = SIGNED_OUT;
  else if (driving === "everybody")
    state.textContent = "You may watch the market and control the feed without a token.";
  else if (driving === "nobody") state.textContent = "You may watch the market. Nobody may control the feed.";
  else state.textContent = ROLES[role];
  out.hidden = role === "anonymous" || driving === "everybody";
}

function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  void signIn(token);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void signIn(field.value.trim());
});
out.addEventListener("click", () => void fetch(LOGIN, { method: "DELETE" }).then(showRole));
window.addEventListener("hashchange", takeToken);
takeToken();
// A server that does not answer is reported on signing in.
showRole().catch(() => {});

export {};
