/** Says why the server does not take this page, and what helps. */

import { element, setAttribute, setText } from "../../lib/dom.js";

/** @typedef {import("../../state/model.js").State} State */

/** The headings, by the codes of errors. @type {Readonly<Record<string, string>>} */
const HEADINGS = {
  origin_not_allowed: "The server does not know this address",
  host_not_allowed: "The server does not know this address",
  too_many_sessions_from_address: "Too many pages are open",
  too_many_connections_from_address: "Too many pages are open",
  too_many_sessions: "The server is full",
  no_memory: "The server is full",
  no_upgrade: "The stream does not get through",
};

/** @param {HTMLElement} root an assertive live region */
export function createRefusalView(root) {
  const heading = element("strong", {});
  const reason = element("p", {});
  const remedy = element("p", {});
  const box = element(
    "div",
    { class: "refusal", hidden: true },
    heading,
    reason,
    remedy,
    element("p", { class: "refusal-note" }, "This page keeps trying."),
  );
  root.append(box);

  return {
    /** @param {State} state */
    render({ refusal }) {
      setAttribute(box, "hidden", refusal === null);
      if (!refusal) return;
      setText(heading, HEADINGS[refusal.code] ?? "The server refuses this page");
      setText(reason, sentence(refusal.message));
      setText(remedy, `What helps: ${refusal.remedy}.`);
    },
  };
}

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
