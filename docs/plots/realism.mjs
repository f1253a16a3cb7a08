/**
 * Draws `docs/pictures/realism.svg`: statistics of simulated trades beside the spans of real ones and a random walk.
 *
 *     cargo build --release && node docs/plots/realism.mjs
 *
 * The trades are those of four stocks over five sessions, seed 1. The random walk is a usual simulator: Gaussian steps
 * at Poisson arrivals, signs from a coin, symbols without correlation. It has the same number of trades and variance.
 * The spans are those of the table in docs/SIMULATION.md. The script needs Node and the built binary, and nothing else.
 */

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { panel, page } from "./svg.mjs";

const ROOT = new URL("../../", import.meta.url);
const BINARY = process.env.TICKCAST_TEST_BINARY ?? fileURLToPath(new URL("target/release/tickcast", ROOT));
const SESSION = 23_400;
const OPEN = 14.5 * 3_600;
const SIM = { name: "simulated", class: "sim" };
const WALK = { name: "random walk", class: "walk" };

/** @typedef {{ second: number, price: number, sign: number }} Trade `second`: of all sessions, one after the other */

/** @returns {Promise<Map<string, Trade[]>>} */
async function simulated() {
  const child = spawn(
    BINARY,
    ["simulate", "--out", "-", "--class", "stock", "--symbols", "4", "--days", "5", "--seed", "1"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  /** @type {Map<string, Trade[]>} */
  const bySymbol = new Map();
  let day = -1;
  let date = "";
  for await (const line of createInterface({ input: child.stdout })) {
    const [ts, symbol, price, , side] = line.split(",");
    if (ts === "ts") continue;
    const seconds = Number(ts.slice(0, -9)) + Number(ts.slice(-9)) / 1e9;
    const today = String(Math.floor(seconds / 86_400));
    if (today !== date) [date, day] = [today, day + 1];
    const trades = bySymbol.get(symbol) ?? [];
    bySymbol.set(symbol, trades);
    trades.push({
      second: day * SESSION + Math.min((seconds % 86_400) - OPEN, SESSION - 1e-6),
      price: Number(price),
      sign: side === "buy" ? 1 : -1,
    });
  }
  return bySymbol;
}

/** A small generator (mulberry32), so that the picture is the same each time. @param {number} seed */
function uniform(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** @param {Trade[]} trades @param {number} seed @returns {Trade[]} */
function randomWalk(trades, seed) {
  const draw = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  const minute = returns(closes(trades, 60));
  const deviation = Math.sqrt(mean(minute.map((r) => r * r)) / (trades.length / minute.length));
  let price = trades[0].price;
  const seconds = trades.map(() => draw() * 5 * SESSION).sort((a, b) => a - b);
  return seconds.map((second) => ({
    second,
    price: (price *= Math.exp(deviation * normal())),
    sign: draw() < 0.5 ? 1 : -1,
  }));
}

/** @param {readonly number[]} x */
const mean = (x) => x.reduce((sum, v) => sum + v, 0) / x.length;

/**
 * Returns the last price of each stretch of `step` seconds, a list for each session.
 *
 * @param {Trade[]} trades @param {number} step
 */
function closes(trades, step) {
  const days = Array.from({ length: 5 }, () => /** @type {number[]} */ (new Array(SESSION / step).fill(NaN)));
  for (const { second, price } of trades)
    days[Math.floor(second / SESSION)][Math.floor((second % SESSION) / step)] = price;
  for (const day of days) day.forEach((price, n) => Number.isNaN(price) && (day[n] = n > 0 ? day[n - 1] : NaN));
  return days;
}

/** @param {number[][]} days */
const returns = (days) =>
  days.flatMap((day) => day.slice(1).map((price, n) => Math.log(price / day[n]))).filter(Number.isFinite);

/**
 * Divides each return by the mean size of returns at the same time of the day, as busy hours are no memory.
 *
 * @param {number[][]} days
 */
function seasonless(days) {
  const each = days.map((day) => day.slice(1).map((price, n) => Math.log(price / day[n]) || 0));
  const size = each[0].map((_, n) => mean(each.flatMap((day) => day.slice(Math.max(0, n - 15), n + 16).map(Math.abs))));
  return each.map((day) => day.map((r, n) => r / size[n]));
}

/** @param {number[][]} parts @param {number} lag */
function autocorrelation(parts, lag) {
  const all = parts.flat();
  const [m, variance] = [mean(all), mean(all.map((v) => v * v)) - mean(all) ** 2];
  const products = parts.flatMap((part) => part.slice(lag).map((v, n) => (v - m) * (part[n] - m)));
  return mean(products) / variance;
}

/** @param {number[]} a @param {number[]} b */
function correlation(a, b) {
  const [ma, mb] = [mean(a), mean(b)];
  const moment = (
    /** @type {number[]} */ x,
    /** @type {number} */ mx,
    /** @type {number[]} */ y,
    /** @type {number} */ my,
  ) => mean(x.map((v, n) => (v - mx) * (y[n] - my)));
  return moment(a, ma, b, mb) / Math.sqrt(moment(a, ma, a, ma) * moment(b, mb, b, mb));
}

/** @param {Trade[][]} series */
function density(series) {
  const z = series.flatMap((trades) => {
    const r = returns(closes(trades, 60));
    const deviation = Math.sqrt(mean(r.map((v) => v * v)));
    return r.map((v) => v / deviation);
  });
  const width = 0.5;
  const bins = Array.from({ length: 33 }, (_, n) => (n - 16) * width);
  const points = bins.map(
    (x) =>
      /** @type {[number, number]} */ ([x, z.filter((v) => Math.abs(v - x) < width / 2).length / z.length / width]),
  );
  return points.filter(([, y]) => y > 0);
}

/** @param {Trade[][]} series @param {(trades: Trade[]) => number[][]} parts @param {readonly number[]} lags */
const memory = (series, parts, lags) => {
  const each = series.map(parts);
  return lags.map(
    (lag) => /** @type {[number, number]} */ ([lag, mean(each.map((part) => autocorrelation(part, lag)))]),
  );
};

/** The signs of orders: prints of one moment and side are one. @param {Trade[]} trades */
function orders(trades) {
  const first = trades.filter(
    ({ second, sign }, n) => n === 0 || trades[n - 1].second !== second || trades[n - 1].sign !== sign,
  );
  return [first.map(({ sign }) => sign)];
}

/** Trades in each half hour of a session over their mean. @param {Trade[][]} series */
function shape(series) {
  const counts = new Array(13).fill(0);
  for (const { second } of series.flat()) counts[Math.floor((second % SESSION) / 1_800)] += 1;
  return counts.map((count, n) => /** @type {[number, number]} */ ([(n + 0.5) / 2, count / mean(counts)]));
}

/** @param {Trade[][]} series */
function epps(series) {
  return [1, 2, 5, 10, 30, 60, 150, 300].map((step) => {
    const each = series.map((trades) =>
      closes(trades, step)
        .map((day) => day.slice(1).map((price, n) => Math.log(price / day[n]) || 0))
        .flat(),
    );
    const pairs = each.flatMap((a, n) => each.slice(n + 1).map((b) => correlation(a, b)));
    return /** @type {[number, number]} */ ([step, mean(pairs)]);
  });
}

const series = [...(await simulated()).values()];
const walks = series.map((trades, n) => randomWalk(trades, n + 1));
/** @param {(series: Trade[][]) => [number, number][]} of */
const both = (of) => [
  { ...WALK, points: of(walks) },
  { ...SIM, points: of(series) },
];
const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);
const sizes = (/** @type {Trade[]} */ trades) => seasonless(closes(trades, 60)).map((day) => day.map(Math.abs));
const lags = [...range(1, 10), 13, 16, 20, 25, 32, 40, 50, 63, 80, 100];
const epp = both(epps);
const gauss = range(-20, 20).map(
  (n) => /** @type {[number, number]} */ ([n / 5, Math.exp(-((n / 5) ** 2) / 2) / Math.sqrt(2 * Math.PI)]),
);

const panels = [
  panel({
    title: "Returns of a minute: far moves",
    x: "standard deviations",
    y: "density",
    log: "y",
    span: [-8, 8, 1e-4, 1],
    lines: [{ name: "normal", class: "real", points: gauss }, ...both(density)],
  }),
  panel({
    title: "Volatility clusters",
    x: "lag in minutes",
    y: "autocorrelation of |return|",
    span: [0, 60, -0.05, 0.25],
    bands: [
      [1, 5, 0.054, 0.085],
      [11, 60, 0.007, 0.063],
    ],
    lines: both((t) => memory(t, sizes, range(1, 60))),
  }),
  panel({
    title: "A day is busy at both ends",
    x: "hours since the open",
    y: "trades over the mean",
    span: [0, 6.5, 0, 2.6],
    lines: both(shape),
  }),
  panel({
    title: "Signs of orders remember",
    x: "lag in orders",
    y: "autocorrelation",
    log: "xy",
    span: [1, 100, 1e-3, 1],
    bands: [
      [1, 1.12, 0.051, 0.61],
      [20, 50, 0.011, 0.235],
    ],
    lines: both((t) => memory(t, orders, lags)),
  }),
  panel({
    title: "Correlation grows with the horizon (Epps)",
    x: "horizon in seconds",
    y: "mean correlation",
    log: "x",
    span: [1, 300, -0.05, 0.9],
    bands: [
      [240, 300, 0.492, 0.837],
      [1, 1.25, 0.492 * 0.147, 0.837 * 0.232],
    ],
    lines: epp,
  }),
];
writeFileSync(
  new URL("docs/pictures/realism.svg", ROOT),
  page(
    panels,
    [SIM, WALK, { name: "span of real stocks", class: "band" }, { name: "normal distribution", class: "real" }],
    "Statistics of the simulated trades beside real trades and a random walk",
  ),
);
