/** The rates and quantiles of the status page. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMetrics } from "../../web/js/net/metrics.js";
import { byLabel, lagText, quantile, rate, spanText, total } from "../../web/js/state/health.js";
import { line } from "../../web/js/views/status/figure.js";

const TEXT = `# HELP tickcast_sessions Sessions at this moment.
# TYPE tickcast_sessions gauge
tickcast_sessions{transport="websocket"} 3
tickcast_sessions{transport="events"} 2
tickcast_sessions_by_throttle_level{level="full"} 5
tickcast_session_ends_total{reason="left",code="none"} 7
tickcast_session_ends_total{reason="no_pong",code="4408"} 9
tickcast_session_ends_total{reason="too_slow",code="1013"} 0
other_total 4
tickcast_broken
# EOF
`;

test("samples are read by name with labels, and nothing else", () => {
  const samples = parseMetrics(TEXT);
  assert.equal(samples.size, 6);
  assert.equal(total(samples, "sessions"), 5, "not those of names that begin so");
  assert.deepEqual(byLabel(samples, "session_ends_total", "reason"), [
    ["no_pong", 9],
    ["left", 7],
  ]);
  assert.deepEqual(byLabel(samples, "session_ends_total", "code"), [
    ["4408", 9],
    ["none", 7],
  ]);
});

/** @param {number} at @param {[string, number][]} entries */
const look = (at, entries) => ({ at, samples: new Map(entries) });

test("a rate is the growth between scrapes, even after a reset", () => {
  const [first, second] = [look(10, [["n", 100]]), look(12, [["n", 150]])];
  assert.equal(rate(second, first, "n"), 25);
  assert.equal(rate(first, undefined, "n"), null);
  assert.equal(rate(first, first, "n"), null);
  assert.equal(rate(look(14, [["n", 8]]), second, "n"), 4);
});

test("a quantile is interpolated within its bucket", () => {
  /** @param {number[]} counts */
  const lags = (...counts) =>
    ["0.001", "0.01", "+Inf"].map(
      (bound, n) => /** @type {[string, number]} */ ([`lag_bucket{le="${bound}"}`, counts[n]]),
    );
  const check = (
    /** @type {number[]} */ counts,
    /** @type {number} */ share,
    /** @type {number | null} */ expected,
  ) => {
    const found = quantile(look(2, lags(...counts)), look(1, lags(0, 0, 0)), "lag", share);
    assert.ok(
      found === expected || Math.abs(Number(found) - Number(expected)) < 1e-9,
      `${counts} at ${share}: ${found}`,
    );
  };
  check([0, 0, 0], 0.5, null);
  check([100, 100, 100], 0.5, 0.0005);
  check([50, 100, 100], 0.75, 0.0055);
  check([50, 90, 100], 0.99, Infinity);
  const since = quantile(look(2, lags(100, 150, 150)), look(1, lags(100, 100, 100)), "lag", 0.5);
  assert.ok(Math.abs(Number(since) - 0.0055) < 1e-9, `what was there before does not count: ${since}`);
});

test("durations and lags have suitable units", () => {
  for (const [seconds, text] of /** @type {[number, string][]} */ ([
    [5.9, "5 s"],
    [75, "1 min"],
    [4 * 3_600 + 300, "4 h 5 min"],
    [3 * 86_400 + 7_300, "3 d 2 h"],
  ])) {
    assert.equal(spanText(seconds), text);
  }
  for (const [seconds, text] of /** @type {[number | null, string][]} */ ([
    [null, "–"],
    [0.0047, "4.7 ms"],
    [0.25, "250 ms"],
    [2.5, "2.5 s"],
    [Infinity, "> 10 s"],
  ])) {
    assert.equal(lagText(seconds), text);
  }
});

test("the line ends at the right with the newest value", () => {
  assert.equal(line([]), "");
  assert.equal(line([0]), "59,19.0");
  assert.equal(line([5, 10]), "58,10.0 59,1.0");
});
