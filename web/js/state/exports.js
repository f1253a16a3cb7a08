/** The names of saved files, and the titles of saved pictures. Pure. */

import { clockText, dateText } from "../lib/time.js";
import { synthesisedFrom, zoneOf } from "./select.js";
import { recordedUs, zoneLabel } from "./trust.js";

/** @typedef {import("./model.js").State} State */

/**
 * Names a file after what it has and the market time: `ACME-1m-2016-06-14T093000.csv`.
 *
 * @param {Pick<State, "marketUs">} state
 * @param {readonly (string | null)[]} parts
 * @param {"csv" | "png"} kind
 */
export function fileName({ marketUs }, parts, kind) {
  const time = marketUs === null ? null : new Date(marketUs / 1000).toISOString().slice(0, 19).replaceAll(":", "");
  const named = [...parts, time].flatMap((part) => (part ? [part.replaceAll(/[^\w.-]/g, "_")] : []));
  return `${named.join("-")}.${kind}`;
}

/**
 * Returns the lines above a picture of the chosen chart: its bars, and where they come from.
 *
 * @param {State} state
 * @returns {{ title: string, about: string }}
 */
export function pictureTitle(state) {
  const { choice, feed, marketUs, instruments, settings } = state;
  const { symbol, interval } = choice;
  const name = instruments.get(symbol ?? "")?.name ?? "";
  const compare = state.panes[state.active]?.compare ?? [];
  const studies = settings.indicators.map((id) => id.toUpperCase());
  const from = synthesisedFrom(instruments);
  const recorded = recordedUs(state, marketUs);
  const zone = zoneOf(state);
  const at = (/** @type {number} */ us) => `${dateText(us, zone)} ${clockText(us, zone)} ${zoneLabel(state, us)}`;
  return {
    title: joined([symbol, name === symbol ? "" : name, interval, compare.length > 0 && `with ${compare.join(", ")}`]),
    about: joined([
      marketUs !== null && at(marketUs),
      feed && (feed.source === "replay" ? `replay of ${feed.name}` : `simulated: ${feed.name}`),
      from && `made from bars of ${from}`,
      recorded !== null && `recorded ${at(recorded)}`,
      studies.length > 0 && studies.join(", "),
    ]),
  };
}

/** @param {readonly (string | false | null)[]} parts */
const joined = (parts) => parts.filter(Boolean).join(" · ");
