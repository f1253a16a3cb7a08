/** The reducer: ranges, gaps, epochs, snapshots and bars. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState, seriesKey } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { BARS_KEPT } from "../../web/js/state/series.js";
import { sinceDepth } from "../../web/js/state/since.js";
import { sparkline } from "../../web/js/state/sparks.js";
import { begun, charted, chosen, fixture, NOW_MS, receive } from "./reducing.js";

const EPOCH = fixture("feed_simulation").epoch;
const KEY = seriesKey("AAPL", "1m");

/**
 * @param {number} first_seq
 * @param {number} seq
 * @param {object} [rest]
 */
function update(first_seq, seq, rest = {}) {
  const message = fixture("update");
  return { ...message, quotes: [{ ...message.quotes[0], first_seq, seq, last: seq, ...rest }] };
}

test("a snapshot fills the quotes, even unknown ones", () => {
  const { quotes } = begun();
  assert.equal(quotes.get("AAPL")?.last, 227.31);
  assert.equal(quotes.get("NEW")?.last, null);
});

test("ranges that meet lose nothing", () => {
  const { state, lost } = receive(begun(), fixture("update"), update(15, 15), update(16, 20));
  assert.equal(state.quotes.get("AAPL")?.seq, 20);
  assert.deepEqual(lost, []);
});

test("a gap reports its symbol once, and its state is taken", () => {
  const { state, lost } = receive(begun(), update(12, 14), update(15, 16));
  assert.deepEqual(lost, ["AAPL"]);
  assert.equal(state.quotes.get("AAPL")?.seq, 16);
});

test("an old or repeated update changes no quote", () => {
  const once = receive(begun(), update(11, 14));
  const again = receive(once.state, update(11, 14), update(11, 12), update(5, 10));
  assert.equal(again.state.quotes, once.state.quotes);
  assert.equal(again.state.traffic.ticks, once.state.traffic.ticks);
  assert.deepEqual(again.lost, []);
});

test("overlapping ranges count each tick once", () => {
  const { state } = receive(begun(), update(11, 14), update(13, 20));
  assert.equal(state.traffic.ticks, 10);
  assert.equal(state.traffic.updates, 2);
});

test("a first update without a snapshot is no gap", () => {
  const { lost } = receive(receive(initialState(), fixture("feed_simulation")).state, update(400, 410));
  assert.deepEqual(lost, []);
});

test("a snapshot closes any gap", () => {
  const later = { ...fixture("snapshot"), quotes: [{ ...fixture("snapshot").quotes[0], first_seq: 90, seq: 99 }] };
  const { state, lost } = receive(begun(), later);
  assert.equal(state.quotes.get("AAPL")?.seq, 99);
  assert.deepEqual(lost, []);
});

test("a new epoch clears quotes, bars, sparklines and market time", () => {
  const feed = { ...fixture("feed_simulation"), epoch: fixture("feed_simulation").epoch + 1, ts_market: 5 };
  const { state } = receive(receive(begun(), fixture("update"), fixture("heartbeat")).state, feed);
  assert.equal(state.quotes.size, 0);
  assert.equal(state.sparks.closes.size, 0);
  assert.equal(state.marketUs, 5);
  assert.equal(chosen(state).loading, true);
});

test("a repeated epoch clears nothing", () => {
  const before = begun();
  const { state } = receive(before, { ...fixture("feed_simulation"), state: "ended" });
  assert.equal(state.quotes, before.quotes);
  assert.equal(state.feed?.state, "ended");
});

test("messages of another epoch are dropped", () => {
  const before = begun();
  const { state } = receive(before, { ...update(11, 14), epoch: 1 }, { ...fixture("heartbeat"), epoch: 1 });
  assert.equal(state.quotes, before.quotes);
  assert.equal(state.marketUs, before.marketUs);
});

test("market time never runs back within an epoch", () => {
  const { state } = receive(begun(), fixture("heartbeat"), { ...fixture("heartbeat"), ts_market: 5 });
  assert.equal(state.marketUs, fixture("heartbeat").ts_market);
});

test("bars begin with a snapshot, then change and close", () => {
  const { state } = receive(charted(), fixture("bars_snapshot"), fixture("bars_update"));
  assert.deepEqual(
    chosen(state).bars.map(({ close, closed }) => [close, closed]),
    [
      [227.2, true],
      [227.33, true],
      [227.33, false],
    ],
  );
  assert.equal(chosen(state).loading, false);
});

test("only a snapshot refills the chart", () => {
  const filled = receive(charted(), fixture("bars_snapshot")).state;
  const led = receive(filled, fixture("bars_update")).state;
  assert.equal(chosen(led).revision, chosen(filled).revision);
  assert.equal(chosen(receive(led, fixture("bars_snapshot")).state).revision, chosen(led).revision + 1);
});

test("repeated bars stay the same bars", () => {
  const once = chosen(receive(charted(), fixture("bars_snapshot"), fixture("bars_update")).state);
  const twice = chosen(
    receive(charted(), fixture("bars_snapshot"), fixture("bars_update"), fixture("bars_update")).state,
  );
  assert.deepEqual(twice.bars, once.bars);
  assert.equal(twice.revision, once.revision);
});

test("bars of another series, or before a snapshot, are dropped", () => {
  const other = { ...fixture("bars_snapshot"), symbol: "IBM" };
  const { state } = receive(charted(), other, fixture("bars_update"));
  assert.deepEqual(chosen(state).bars, []);
  assert.equal(chosen(state).loading, true);
});

test("a changed older bar goes to its place and refills the chart", () => {
  const filled = receive(charted(), fixture("bars_snapshot"), fixture("bars_update")).state;
  const [first] = fixture("bars_snapshot").bars;
  const series = chosen(receive(filled, { ...fixture("bars_update"), bars: [{ ...first, close: 1 }] }).state);
  assert.equal(series.bars[0].close, 1);
  assert.equal(series.bars.length, 3);
  assert.equal(series.revision, chosen(filled).revision + 1);
});

test("the oldest bars are dropped when there are too many", () => {
  const [bar] = fixture("bars_update").bars;
  const many = Array.from({ length: BARS_KEPT + 1000 }, (_, at) => ({ ...bar, ts: bar.ts + (at + 1) * 60e6 }));
  const series = chosen(receive(charted(), fixture("bars_snapshot"), { ...fixture("bars_update"), bars: many }).state);
  assert.equal(series.bars.length, BARS_KEPT);
  assert.equal(series.bars.at(-1)?.ts, many.at(-1)?.ts);
});

test("only another choice empties the chart", () => {
  const filled = receive(charted(), fixture("bars_snapshot")).state;
  assert.equal(reduce(filled, { type: "choose", symbol: "AAPL" }).state, filled);
  const other = reduce(filled, { type: "choose", interval: "5m" }).state;
  assert.deepEqual(other.choice, { symbol: "AAPL", interval: "5m", compare: [] });
  assert.deepEqual(chosen(other).bars, []);
});

test("bars in several messages are one series", () => {
  const [bar] = fixture("bars_update").bars;
  const part = (/** @type {number} */ from, /** @type {boolean} */ snapshot) => ({
    ...fixture("bars_snapshot"),
    snapshot,
    bars: Array.from({ length: 500 }, (_, at) => ({ ...bar, ts: bar.ts + (from + at) * 60e6 })),
  });
  const series = chosen(receive(charted(), part(0, true), part(500, false)).state);
  assert.equal(series.bars.length, 1000);
  assert.equal(
    series.bars.every(({ ts }, at) => ts === bar.ts + at * 60e6),
    true,
  );
});

test("the throttled rate is known until it is lifted or lost", () => {
  const live = /** @type {const} */ ({ status: "live", attempt: 0, retryAt: null });
  const held = receive(reduce(begun(), { type: "link", link: live }).state, fixture("throttled")).state;
  assert.equal(held.maxRate, 2);
  assert.equal(receive(held, fixture("throttle_lifted")).state.maxRate, null);
  assert.equal(reduce(held, { type: "link", link: { ...live, status: "waiting" } }).state.maxRate, null);
});

/** @param {import("../../web/js/state/model.js").State} state */
const shown = ({ sparks, quotes }) =>
  sparkline(sparks.closes.get("AAPL") ?? [], quotes.get("AAPL")).map(({ close }) => close);

test("closes begin a sparkline, and quotes extend it bar by bar", () => {
  const epoch = fixture("feed_simulation").epoch;
  const { bars } = fixture("bars_snapshot");
  const seeded = reduce(receive(initialState(), fixture("feed_simulation")).state, {
    type: "closes",
    epoch,
    interval: "1m",
    series: [{ symbol: "AAPL", bars }],
  }).state;
  const at = bars[1].ts;
  const { state } = receive(
    seeded,
    update(1, 1, { ts_event: at + 5e6 }),
    update(2, 2, { ts_event: at + 61e6 }),
    update(3, 3, { ts_event: at + 62e6 }),
  );
  assert.deepEqual(shown(state), [227.2, 1, 3]);
  const several = receive(state, {
    ...update(4, 4, { ts_event: at + 121e6 }),
    quotes: [4, 5, 6].map((seq) => ({ ...update(seq, seq).quotes[0], ts_event: at + (seq < 6 ? 63e6 : 121e6) })),
  }).state;
  assert.deepEqual(shown(several), [227.2, 1, 5, 6]);
});

test("closes of another epoch are dropped", () => {
  const before = begun();
  assert.equal(reduce(before, { type: "closes", epoch: 1, interval: "1m", series: [] }).state, before);
});

test("bytes of every message are counted", () => {
  const { state } = reduce(begun(), { type: "message", message: fixture("granted"), bytes: 70, nowMs: NOW_MS });
  assert.equal(state.traffic.bytes, 70);
});

test("older bars go first, once, and refill the chart", () => {
  const filled = receive(charted(), fixture("bars_snapshot")).state;
  const first = chosen(filled).bars[0];
  const older = { ...first, ts: first.ts - 60e6 };
  const requested = reduce(filled, { type: "older", key: KEY, epoch: EPOCH, bars: null }).state;
  assert.equal(chosen(requested).older, "loading");
  const whole = chosen(reduce(requested, { type: "older", key: KEY, epoch: EPOCH, bars: [older, first] }).state);
  assert.deepEqual(
    whole.bars.map(({ ts }) => ts - first.ts),
    [-60e6, 0, 60e6],
  );
  assert.deepEqual([whole.older, whole.revision], ["none", chosen(filled).revision + 1]);
  assert.equal(reduce(filled, { type: "older", key: KEY, epoch: 1, bars: [older] }).state, filled, "of another epoch");
  assert.equal(
    reduce(filled, { type: "older", key: "IBM 1m", epoch: EPOCH, bars: [older] }).state,
    filled,
    "of another series",
  );
});

test("the hello sets the limits, and defaults stay without them", () => {
  assert.deepEqual(receive(initialState(), { ...fixture("hello"), rates: [1, 100] }).state.server, {
    rates: [1, 100],
    bars: 5000,
  });
  assert.deepEqual(
    receive(initialState(), { type: "hello", protocol: "", server: "", ts_sent: 0 }).state.server,
    initialState().server,
  );
});

test("a book belongs to the chosen symbol and epoch", () => {
  const depth = fixture("depth_update");
  const { state: chosen } = reduce(begun(), { type: "choose", symbol: "AAPL", interval: "1m" });
  const { state: known } = receive(chosen, depth);
  assert.deepEqual(known.book, { symbol: "AAPL", seq: 14, bids: depth.bids, asks: depth.asks });
  assert.deepEqual(sinceDepth(known), { epoch: depth.epoch, at: { AAPL: 14 } });
  assert.equal(receive(known, { ...depth, symbol: "EURUSD", seq: 99 }).state.book?.seq, 14);
  assert.equal(receive(known, { ...depth, epoch: 7, seq: 99 }).state.book?.seq, 14);
  assert.equal(receive(known, { ...depth, seq: 15, bids: [] }).state.book?.bids.length, 0);
  assert.equal(reduce(known, { type: "choose", symbol: "EURUSD" }).state.book, null);
  assert.equal(receive(known, { ...fixture("granted_depth"), recovered: false }).state.book, null);
  assert.equal(receive(known, { ...fixture("feed_simulation"), epoch: depth.epoch + 1 }).state.book, null);
});
