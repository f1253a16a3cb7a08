/** A page that reconnects: what it asks for, what it keeps, and what it empties. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState, seriesKey } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { sinceBars, sinceQuotes, sinceTrades } from "../../web/js/state/since.js";
import { charted, chosen, fixture, receive } from "./reducing.js";

const EPOCH = fixture("feed_simulation").epoch;
const granted = (/** @type {boolean} */ recovered, /** @type {object} */ rest = {}) => ({
  ...fixture("granted_recovered"),
  ...rest,
  recovered,
});
const KEY = seriesKey("AAPL", "1m");
const OF_BARS = { channel: "bars", symbols: ["AAPL"], interval: "1m" };
const OF_TRADES = { channel: "trades", symbols: ["AAPL"] };

/** A page that had everything when its connection was lost. */
function interrupted() {
  const { state } = receive(charted(), fixture("bars_snapshot"), fixture("trades_snapshot"));
  const link = /** @type {const} */ ({ status: "waiting", attempt: 1, retryAt: 5 });
  return reduce(state, { type: "link", link }).state;
}

test("a reconnecting page resumes each symbol that had a tick", () => {
  const state = interrupted();
  assert.deepEqual(sinceQuotes(state, ["AAPL", "NEW", "GONE"]), { epoch: EPOCH, at: { AAPL: 10 } });
  assert.deepEqual(sinceBars(state, "AAPL", KEY), { epoch: EPOCH, at: { AAPL: fixture("bars_snapshot").bars[0].ts } });
  assert.deepEqual(sinceTrades(state), { epoch: EPOCH, at: { AAPL: 102 } });
});

test("a page without positions needs snapshots", () => {
  const nothing = initialState();
  assert.deepEqual(
    [sinceQuotes(nothing, ["AAPL"]), sinceBars(nothing, "AAPL", KEY), sinceTrades(nothing)],
    [null, null, null],
  );
  const other = reduce(interrupted(), { type: "choose", symbol: "IBM" }).state;
  assert.equal(sinceBars(other, "AAPL", KEY), null);
  assert.equal(sinceTrades(other), null);
  const forming = { ...fixture("bars_snapshot"), bars: fixture("bars_snapshot").bars.slice(1) };
  assert.equal(sinceBars(receive(charted(), forming).state, "AAPL", KEY), null);
});

test("recovered quotes, bars and trades go on where they were", () => {
  const before = interrupted();
  const kept = receive(
    before,
    fixture("hello"),
    fixture("feed_simulation"),
    granted(true),
    granted(true, OF_BARS),
    granted(true, OF_TRADES),
  ).state;
  assert.equal(kept.quotes, before.quotes);
  assert.equal(chosen(kept), chosen(before));
  assert.equal(kept.trades, before.trades);
  const { state, lost } = receive(kept, fixture("update"), fixture("bars_update"), fixture("trades_update"));
  assert.deepEqual(lost, []);
  assert.deepEqual(
    chosen(state).bars.map(({ ts }) => (ts - fixture("bars_snapshot").bars[0].ts) / 60e6),
    [0, 1, 2],
  );
  assert.deepEqual(
    chosen(state).bars.map(({ closed }) => closed),
    [true, true, false],
  );
  assert.equal(chosen(state).revision, chosen(before).revision, "the chart appends");
  assert.equal(state.trades.revision, before.trades.revision);
  assert.equal(state.trades.last, 106);
});

test("an unrecovered channel is empty until its snapshot", () => {
  const { state } = receive(interrupted(), granted(false), granted(false, OF_BARS), granted(false, OF_TRADES));
  assert.equal(state.quotes.size, 0);
  assert.deepEqual([chosen(state).loading, chosen(state).bars], [true, []]);
  assert.deepEqual([state.trades.loading, state.trades.lines], [true, []]);
  const again = receive(
    state,
    fixture("bars_update"),
    fixture("snapshot"),
    fixture("bars_snapshot"),
    fixture("trades_snapshot"),
  ).state;
  assert.equal(again.quotes.get("AAPL")?.seq, 10);
  assert.equal(chosen(again).bars.length, 2);
  assert.equal(again.trades.lines.length, 2);
});

test("an answer about another choice clears nothing", () => {
  const before = interrupted();
  const others = [
    { ...OF_BARS, interval: "5m" },
    { ...OF_BARS, symbols: ["IBM"] },
    { ...OF_TRADES, symbols: ["IBM"] },
  ];
  const { state } = receive(before, fixture("granted"), ...others.map((rest) => granted(false, rest)));
  assert.deepEqual([state.quotes, chosen(state), state.trades], [before.quotes, chosen(before), before.trades]);
});

test("a new epoch or symbol restarts the trades", () => {
  const before = interrupted();
  assert.equal(receive(before, { ...fixture("feed_simulation"), epoch: EPOCH + 1 }).state.trades.loading, true);
  assert.equal(reduce(before, { type: "choose", symbol: "IBM" }).state.trades.loading, true);
  assert.equal(reduce(before, { type: "choose", interval: "5m" }).state.trades, before.trades);
  assert.equal(reduce(before, { type: "tradesHidden" }).state.trades.loading, true);
});

test("trades of another symbol or epoch are dropped", () => {
  const before = interrupted();
  const { state } = receive(
    before,
    { ...fixture("trades_update"), symbol: "IBM" },
    { ...fixture("trades_update"), epoch: 1 },
  );
  assert.equal(state.trades, before.trades);
});
