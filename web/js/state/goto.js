/**
 * Reads the place in a recording that a person types: a date, a time, a distance or a share. Pure.
 *
 * Times are those of the clocks in the page's zone, or of the zone whose short name ends the text. What is left out comes
 * from where the recording stands. What could mean two places is refused, and so is a time that the clocks skip.
 */

import { clockText, dateText } from "../lib/time.js";
import { momentMs, momentsMs, offsetMs, zoneText } from "../lib/zone.js";
import { positionText } from "./transport.js";

/** @typedef {import("../types/http.js").FeedCommand} FeedCommand */
/** @typedef {{ start: number, end: number, now: number }} Recording in microseconds */
/** @typedef {{ year?: number, month?: number, day?: number, weekday?: number }} DateParts `month` from 0 */
/** @typedef {{ command: FeedCommand, us: number }} Target */
/** @typedef {{ from: number, days: number }} Found the first time of what was meant, on the clocks, and its days */
/**
 * The clocks that a text is about. Their times are microseconds since 1970, as if they showed UTC.
 *
 * @typedef {object} Clocks
 * @property {(us: number) => number} shown what they show at a moment
 * @property {(shownUs: number) => number[]} moments at which they show a time: none, one, or two
 * @property {(shownUs: number) => number} first of them, or a later one where there is none
 */

const SECOND_US = 1e6;
const DAY_US = 86_400 * SECOND_US;
export const EXAMPLES = "2016-06-14 09:30, 9:30, 14 Jun, Mon 9:30, +2h, 50%";
const MONTHS = "january february march april may june july august september october november december".split(" ");
const DAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
/** Seconds of each unit. @type {Record<string, number>} */
const UNITS = { s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86_400, day: 86_400, days: 86_400, w: 604_800 };

const SHARE = /^(\d+(?:[.,]\d+)?)\s*%$/;
const DISTANCE = /^([+\-−])\s*((?:\d+(?:[.,]\d+)?\s*[a-z]+\s*)+)$/;
const CLOCK = /(?:^|[\st,])(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,6}))?)?\s*(am|pm)?|\s*(am|pm))$/;
const ISO = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$/;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/;
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const DAY_MONTH = /^(\d{1,2})\.?\s*([a-z]+)\.?,?\s*(\d{4})?$/;
const MONTH_DAY = /^([a-z]+)\.?\s*(\d{1,2})?,?\s*(\d{4})?$/;

/** Tells a person what is wrong with the text. */
class Unclear extends Error {}

/**
 * @param {string} given
 * @param {Recording} recording
 * @param {string} zone
 * @returns {Target | { fault: string }}
 */
export function placeOf(given, recording, zone) {
  const text = given.trim().toLowerCase();
  try {
    return shareOf(text, recording) ?? distanceOf(text, recording, zone) ?? momentOf(text, recording, zone);
  } catch (fault) {
    if (fault instanceof Unclear) return { fault: fault.message };
    throw fault;
  }
}

/** @param {string} text @param {Recording} recording @returns {Target | null} */
function shareOf(text, { start, end }) {
  const words = { start: 0, begin: 0, end: 100 }[text];
  const found = SHARE.exec(text);
  if (!found && words === undefined) return null;
  const percent = found ? numberOf(found[1]) : Number(words);
  if (percent > 100) throw new Unclear("The recording goes from 0% to 100%.");
  return { command: { command: "seek", percent }, us: Math.round(start + ((end - start) * percent) / 100) };
}

/** @param {string} text @param {Recording} recording @param {string} zone @returns {Target | null} */
function distanceOf(text, recording, zone) {
  const found = DISTANCE.exec(text);
  if (!found) return null;
  const parts = [...found[2].matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]+)/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => {
    if (!Object.hasOwn(UNITS, unit)) throw new Unclear(`"${unit}" is no unit: write +30s, +5m, +2h or +1d.`);
    return sum + numberOf(count) * UNITS[unit];
  }, 0);
  const by = found[1] === "+" ? seconds : -seconds;
  return { command: { command: "seek", by }, us: inside(recording.now + by * SECOND_US, recording, zone) };
}

/** @param {string} text @param {Recording} recording @param {string} zone @returns {Target} */
function momentOf(text, recording, zone) {
  const { plain, clocks } = clocksOf(text, recording.now, zone);
  const date = dateOf(plain);
  const clock = date ? null : CLOCK.exec(plain);
  if (clock && clock.index === 0) checkDots(plain);
  const rest = clock ? plain.slice(0, clock.index).replace(/[\st,]+$/, "") : plain;
  const parts = date ?? (rest === "" && clock ? {} : dateOf(rest));
  if (!parts) throw new Unclear(`"${text}" is no place in time. Examples: ${EXAMPLES}.`);
  const sinceMidnight = clock ? clockUs(clock) : null;
  const us = chosenMoment(parts, sinceMidnight, { recording, clocks, zone });
  return { command: { command: "seek", time: us }, us };
}

/**
 * Takes the short name of a zone from the end of a text, such as `EST`, which is a moment also where clocks change.
 *
 * @param {string} text
 * @param {number} now
 * @param {string} zone
 * @returns {{ plain: string, clocks: Clocks }}
 */
function clocksOf(text, now, zone) {
  const universal = text.replace(/\s*(utc|gmt|z)$/, "");
  if (universal !== text) return { plain: universal, clocks: fixedClocks(0) };
  // Half a year before and after, the clocks have the zone's other offset.
  for (const us of [now, now - 182 * DAY_US, now + 182 * DAY_US]) {
    const name = ` ${zoneText(us, zone).toLowerCase()}`;
    if (text.endsWith(name)) {
      return { plain: text.slice(0, -name.length), clocks: fixedClocks(offsetMs(us / 1000, zone) * 1000) };
    }
  }
  return { plain: text, clocks: zonedClocks(zone) };
}

/** @param {number} by what they are ahead of UTC, in microseconds @returns {Clocks} */
const fixedClocks = (by) => ({ shown: (us) => us + by, moments: (us) => [us - by], first: (us) => us - by });

/** @param {string} zone @returns {Clocks} */
const zonedClocks = (zone) => ({
  shown: (us) => us + offsetMs(us / 1000, zone) * 1000,
  moments: (us) => momentsMs(us / 1000, zone).map((ms) => Math.round(ms * 1000)),
  first: (us) => Math.round(momentMs(us / 1000, zone) * 1000),
});

/** Refuses a time with dots that may be a date. @param {string} text */
function checkDots(text) {
  const found = /^(\d{1,2})\.(\d{2})(\.\d{2})?$/.exec(text);
  if (!found || Number(found[2]) < 1 || Number(found[2]) > 12) return;
  const month = MONTHS[Number(found[2]) - 1];
  throw new Unclear(
    `That may be a time or a date: write ${text.replaceAll(".", ":")} or ${Number(found[1])} ${month}.`,
  );
}

/** @param {string} text @returns {DateParts | null} */
function dateOf(text) {
  if (/^\d{4}$/.test(text)) return { year: Number(text) };
  const weekday = /^[a-z]{3,9}$/.test(text) ? nameAt(DAYS, text) : -1;
  if (weekday >= 0) return { weekday };
  const iso = ISO.exec(text);
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]) - 1, iso[3] === undefined ? undefined : Number(iso[3]));
  const dotted = DOTTED.exec(text);
  if (dotted) return dayOf(yearOf(dotted[3]), Number(dotted[2]) - 1, Number(dotted[1]));
  const slashed = SLASHED.exec(text);
  if (slashed) return slashedOf(Number(slashed[1]), Number(slashed[2]), Number(slashed[3]));
  const named = DAY_MONTH.exec(text);
  if (named && nameAt(MONTHS, named[2]) >= 0)
    return dayOf(yearOf(named[3]), nameAt(MONTHS, named[2]), Number(named[1]));
  const other = MONTH_DAY.exec(text);
  if (!other || nameAt(MONTHS, other[1]) < 0) return null;
  return dayOf(yearOf(other[3]), nameAt(MONTHS, other[1]), other[2] === undefined ? undefined : Number(other[2]));
}

/** Refuses a date that is one in America and another one elsewhere. @param {number} a @param {number} b @param {number} year */
function slashedOf(a, b, year) {
  if (a > 12) return dayOf(year, b - 1, a);
  if (b > 12 || a === b) return dayOf(year, a - 1, b);
  const [first, second] = [isoText(year, a, b), isoText(year, b, a)];
  throw new Unclear(`That may be ${first} or ${second}: write one of them.`);
}

/** @param {number | undefined} year @param {number} month @param {number | undefined} day @returns {DateParts} */
function dayOf(year, month, day) {
  // Where the year is open, February may have 29 days.
  const last = new Date(Date.UTC(year ?? 2000, month + 1, 0)).getUTCDate();
  if (month < 0 || month > 11) throw new Unclear(`There is no month ${month + 1}. Example: 2016-06-14.`);
  if (day !== undefined && (day < 1 || day > last)) throw new Unclear(`This month has ${last} days.`);
  return { ...(year !== undefined && { year }), month, ...(day !== undefined && { day }) };
}

/** @param {RegExpExecArray} found of `CLOCK` */
function clockUs([, hours, minutes = "0", seconds = "0", fraction = "", half1, half2]) {
  const half = half1 ?? half2;
  const hour = Number(hours);
  if (half && (hour < 1 || hour > 12)) throw new Unclear(`There is no ${hours} ${half}. Example: 9:30 pm.`);
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    throw new Unclear("A day goes from 00:00 to 23:59:59. Example: 9:30.");
  const of24 = half ? (hour % 12) + (half === "pm" ? 12 : 0) : hour;
  const whole = (of24 * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * SECOND_US + Number(fraction.padEnd(6, "0"));
}

/**
 * Chooses the moment that is meant, by where the recording stands.
 *
 * @param {DateParts} parts
 * @param {number | null} clock microseconds since midnight, or `null` for the first data of the date
 * @param {{ recording: Recording, clocks: Clocks, zone: string }} given `zone` is that of the page
 */
function chosenMoment(parts, clock, { recording, clocks, zone }) {
  const { start, end, now } = recording;
  const isWithin = (/** @type {number} */ us) => us >= start && us <= end;
  const shown = { start: clocks.shown(start), end: clocks.shown(end), now: clocks.shown(now) };
  const found = candidates(parts, shown).map(({ from, days }) => {
    if (clock !== null) {
      const moments = clocks.moments(from + clock);
      return { us: moments.find(isWithin) ?? clocks.first(from + clock), moments };
    }
    const first = clocks.first(from);
    const us = start >= first && start < clocks.first(from + days * DAY_US) ? start : first;
    return { us, moments: [us] };
  });
  const within = found.filter(({ us }) => isWithin(us));
  const { us, moments } = within.length === 0 ? found[0] : nearest(within, now, parts.weekday !== undefined);
  inside(us, recording, zone);
  if (moments.length === 0) {
    const text = `${dateText(us, zone)} ${clockText(us, zone).slice(0, 5)}`;
    throw new Unclear(`Clocks go forward then and skip this time. Example: ${text}.`);
  }
  if (moments.filter(isWithin).length > 1) {
    const texts = moments.map((one) => `${clockText(one, zone).slice(0, 5)} ${zoneText(one, zone)}`);
    throw new Unclear(`Clocks go back then and show this time twice: write ${texts.join(" or ")}.`);
  }
  return us;
}

/**
 * Returns the one that is nearest to where the recording stands.
 *
 * @template {{ us: number }} One
 * @param {readonly One[]} found
 * @param {number} now
 * @param {boolean} isWeekday
 */
function nearest(found, now, isWeekday) {
  // A day of the week is the next one, and one that is over only where the recording has no other.
  const distance = (/** @type {number} */ us) => Math.abs(us - now) + (isWeekday && us <= now ? 14 * DAY_US : 0);
  return found.reduce((best, one) => (distance(one.us) < distance(best.us) ? one : best));
}

/** @param {DateParts} parts @param {Recording} recording as the clocks show it @returns {Found[]} */
function candidates({ year, month, day, weekday }, { start, end, now }) {
  const today = Math.floor(now / DAY_US) * DAY_US;
  if (weekday !== undefined) {
    const ahead = (weekday - new Date(today / 1000).getUTCDay() + 7) % 7;
    return [ahead, ahead + 7, ahead - 7].map((by) => ({ from: today + by * DAY_US, days: 1 }));
  }
  if (year === undefined && month === undefined) return [{ from: today, days: 1 }];
  const [first, last] = [start, end].map((us) => new Date(us / 1000).getUTCFullYear());
  const nowYear = new Date(now / 1000).getUTCFullYear();
  const years =
    year === undefined ? [nowYear, ...Array.from({ length: last - first + 1 }, (_, at) => first + at)] : [year];
  return years.map((one) => spanOf(one, month, day));
}

/** @param {number} year @param {number | undefined} month @param {number | undefined} day @returns {Found} */
function spanOf(year, month, day) {
  const from = Date.UTC(year, month ?? 0, day ?? 1);
  const to =
    day !== undefined ? from + DAY_US / 1000 : Date.UTC(month === undefined ? year + 1 : year, (month ?? -1) + 1);
  return { from: from * 1000, days: (to - from) / (DAY_US / 1000) };
}

/** Refuses a time outside the recording. @param {number} us @param {Recording} recording @param {string} zone */
function inside(us, { start, end }, zone) {
  if (us >= start && us <= end) return us;
  const side = us < start ? "before the start" : "after the end";
  const [at, first, last] = [us, start, end].map((one) => positionText(one, zone));
  throw new Unclear(`${at} is ${side}: the recording goes from ${first} to ${last}.`);
}

/** @param {readonly string[]} names @param {string} text one of them, or its first three letters or more */
const nameAt = (names, text) => (text.length < 3 ? -1 : names.findIndex((name) => name.startsWith(text)));
/** @param {string} text */
const numberOf = (text) => Number(text.replace(",", "."));
/** @param {string | undefined} text */
const yearOf = (text) => (text === undefined ? undefined : Number(text));
/** @param {number} year @param {number} month @param {number} day */
const isoText = (year, month, day) => `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
