import assert from "node:assert/strict";
import { test } from "node:test";
import { consequences, counted, exact, instant, isFuture, lengths, relative, span } from "../source/words.js";

const NOON = Date.parse("2026-11-24T12:00:00Z");

test("a span has its two largest units and never less than nothing", () => {
  const words = [[0, "0s"], [59, "59s"], [3600, "1h"], [3660, "1h 1m"], [90_061, "1d 1h"], [-5, "0s"], [1.9, "1s"]];
  for (const [seconds, said] of words) assert.equal(span(/** @type {number} */ (seconds)), said);
});

test("an instant is relative to now, and exact in UTC to the minute", () => {
  assert.equal(relative("2026-11-24T13:30:00Z", NOON), "in 1h 30m");
  assert.equal(relative("2026-11-24T11:59:00Z", NOON), "1m ago");
  assert.equal(exact("2026-11-24T12:00:59Z"), "2026-11-24 12:00 UTC");
  assert.equal(isFuture("2026-11-24T12:00:00Z", NOON), false);
});

test("an instant is written as the API takes it", () => {
  assert.match(instant(NOON + 123), /^2026-11-24T12:00:00Z$/);
});

test("lengths end with what the rule gives, and none is longer", () => {
  assert.deepEqual(lengths(7200), { "900s": "15m", "1800s": "30m", "3600s": "1h", "7200s": "2h" });
  assert.deepEqual(lengths(5400), { "900s": "15m", "1800s": "30m", "3600s": "1h", "5400s": "1h 30m" });
  assert.deepEqual(lengths(600), { "600s": "10m" });
});

test("what a revocation does is said of each target, and names whom it is about", () => {
  for (const target of ["session", "user", "profile", "all"]) {
    const said = consequences(/** @type {any} */ (target), "alice");
    assert.deepEqual(said.map(([title]) => title), ["What ends", "How fast", "Chained sessions", "What does not end", "New credentials"]);
    assert.ok(said.every(([, text]) => text));
  }
  assert.match(consequences("user", "alice")[0][1], /alice/);
});

test("one is not several", () => {
  assert.deepEqual([counted(0, "session"), counted(1, "session"), counted(2, "session")], ["0 sessions", "1 session", "2 sessions"]);
});
