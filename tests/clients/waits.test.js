/** How long each client waits before it reconnects. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { findClients } from "./support.js";

for (const { name, missing, waitBefore } of findClients()) {
  test(`${name} waits at random, longer after each failure, and as the server asks`, { skip: missing ?? false }, () => {
    for (const [attempt, hintMs, chance, wantMs] of [
      [0, null, 1, 500],
      [0, null, 0.5, 250],
      [1, null, 1, 1000],
      [3, null, 1, 4000],
      [3, null, 0, 0],
      [9, null, 1, 10_000],
      [5000, null, 1, 10_000],
      [0, 4000, 0, 4000],
      [7, 4000, 1, 8000],
      [7, 0, 1, 1000],
    ])
      assert.equal(waitBefore(Number(attempt), hintMs, Number(chance)), wantMs, `${attempt} ${hintMs} ${chance}`);
  });
}
