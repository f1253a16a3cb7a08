/** Time zones: their offsets from UTC and their short names, from the tables of the browser. */

const DAY_MS = 86_400_000;
/** Zones change their offset at whole quarters of an hour. */
const QUARTER_MS = 900_000;
/** The offsets that are remembered for a zone: those of the days of some decades. */
const MOST_KNOWN = 20_000;

/** @type {Map<string, { format: Intl.DateTimeFormat, known: Map<number, number> }>} */
const tables = new Map();

/** Returns the zone of this machine. */
export function localZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/**
 * @param {unknown} name
 * @returns {name is string} whether the browser knows a zone of this name
 */
export function isZone(name) {
  if (typeof name !== "string" || name === "") return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** Returns the names of all zones, or none where the browser cannot list them. */
export function allZones() {
  return typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
}

/**
 * Returns what the clocks of a zone are ahead of UTC, in milliseconds.
 *
 * @param {number} ms since 1970
 * @param {string} zone
 */
export function offsetMs(ms, zone) {
  if (zone === "UTC") return 0;
  const day = Math.floor(ms / DAY_MS) * DAY_MS;
  const first = offsetAt(day, zone);
  return first === offsetAt(day + DAY_MS, zone) ? first : offsetAt(Math.floor(ms / QUARTER_MS) * QUARTER_MS, zone);
}

/**
 * Returns the moments at which the clocks of a zone show a time, the earlier first: none where they skip it, and two
 * where they show it twice.
 *
 * @param {number} shownMs the time on the clocks, as if they showed UTC
 * @param {string} zone
 */
export function momentsMs(shownMs, zone) {
  const offsets = new Set([offsetMs(shownMs - DAY_MS, zone), offsetMs(shownMs + DAY_MS, zone)]);
  return [...offsets].filter((by) => offsetMs(shownMs - by, zone) === by).map((by) => shownMs - by);
}

/**
 * Returns the first moment at which the clocks of a zone show a time, or where they skip it, a later one: what they
 * would have shown then without the skip.
 *
 * @param {number} shownMs the time on the clocks, as if they showed UTC
 * @param {string} zone
 */
export function momentMs(shownMs, zone) {
  return momentsMs(shownMs, zone)[0] ?? shownMs - offsetMs(shownMs - DAY_MS, zone);
}

/** @param {number} ms @param {string} zone */
function offsetAt(ms, zone) {
  const table = tables.get(zone) ?? { format: clockFormat(zone), known: new Map() };
  tables.set(zone, table);
  const { format, known } = table;
  const held = known.get(ms);
  if (held !== undefined) return held;
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
  );
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - ms;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(ms, offset);
  return offset;
}

/** @param {string} timeZone */
function clockFormat(timeZone) {
  const number = /** @type {const} */ ("numeric");
  const parts = { year: number, month: number, day: number, hour: number, minute: number, second: number };
  return new Intl.DateTimeFormat("en-US", { ...parts, hourCycle: "h23", timeZone });
}

/** The languages that have letters for the zones of a part of the world. */
const LANGUAGES = ["en-US", "en-GB", "en-AU"];

/**
 * Returns the short name of a zone at a time: `UTC`, `EST`, `CEST`, or `GMT+9` where it has no letters.
 *
 * @param {number} us
 * @param {string} zone
 */
export function zoneText(us, zone) {
  if (zone === "UTC") return "UTC";
  const ms = us / 1000;
  const key = `${zone} ${offsetMs(ms, zone)}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  const found = LANGUAGES.map((language) => shortName(ms, zone, language));
  const name = found.find((one) => !/\d/.test(one)) ?? found[0];
  names.set(key, name);
  return name;
}

/** @type {Map<string, string>} */
const names = new Map();

/** @param {number} ms @param {string} timeZone @param {string} language */
function shortName(ms, timeZone, language) {
  const format = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "short" });
  return format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/**
 * Writes the offset of a zone at a time: `UTC−05:00`.
 *
 * @param {number} us
 * @param {string} zone
 */
export function offsetText(us, zone) {
  const minutes = Math.round(offsetMs(us / 1000, zone) / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `UTC${minutes < 0 ? "−" : "+"}${two(hours)}:${two(rest)}`;
}
