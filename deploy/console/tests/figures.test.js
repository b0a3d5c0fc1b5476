import assert from "node:assert/strict";
import { test } from "node:test";
import { daily, decidedAt, eventsByProfile, isEmpty, stacked, timesToDecide } from "../source/figures.js";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const at = (each) => each.at;
const kind = (each) => each.kind;

test("rows are counted by their day in UTC, today last, and what is older is not", () => {
  const rows = [
    { at: "2026-11-24T00:00:00Z", kind: "a" }, { at: "2026-11-24T23:59:59Z", kind: "b" }, { at: "2026-11-23T23:59:59Z", kind: "a" },
    { at: "2026-11-21T23:59:59Z", kind: "a" }, { at: "2026-11-22T00:00:00Z", kind: "other" },
  ];
  assert.deepEqual(daily("t", rows, at, kind, ["a", "b"], 3, NOW), {
    title: "t", labels: ["11-22", "11-23", "11-24"], series: [{ name: "a", values: [0, 1, 1] }, { name: "b", values: [0, 0, 1] }],
  });
});

const filed = (more) => ({ created_at: "2026-11-24T12:00:00Z", auto_approved: false, quorum: 1, approvals: [], status: "pending", ended: null, ...more });
const voted = (at) => ({ user: "bob", at, comment: null });

test("a request is decided by the vote that completes the quorum, or by a no; not by time, and not by its own rule", () => {
  const two = [voted("2026-11-24T12:01:00Z"), voted("2026-11-24T12:09:00Z")];
  assert.equal(decidedAt(filed({ quorum: 2, approvals: two, status: "ended" })), "2026-11-24T12:09:00Z");
  assert.equal(decidedAt(filed({ quorum: 2, approvals: two.slice(1) })), null);
  assert.equal(decidedAt(filed({ status: "denied", ended: { at: "2026-11-24T12:02:00Z" } })), "2026-11-24T12:02:00Z");
  assert.equal(decidedAt(filed({ status: "expired", ended: { at: "2026-11-24T12:02:00Z" } })), null);
  assert.equal(decidedAt(filed({ auto_approved: true, quorum: 0, status: "approved" })), null);
});

test("times to decide fall into the first span that holds them", () => {
  const decided = ["12:05:00", "12:05:01", "13:00:00", "16:00:01"].map((time) => filed({ approvals: [voted(`2026-11-24T${time}Z`)] }));
  const { labels, series } = timesToDecide([...decided, filed({ approvals: [voted("2026-12-24T12:00:00Z")] }), filed({})]);
  assert.deepEqual(labels, ["≤ 5 min", "≤ 15 min", "≤ 1 h", "≤ 4 h", "≤ 1 d", "longer"]);
  assert.deepEqual(series[0].values, [1, 1, 1, 0, 1, 1]);
});

test("events are counted by profile, and bars stand on each other", () => {
  const figure = eventsByProfile([{ profile: "prod" }, { profile: "db" }, { profile: "prod" }]);
  assert.deepEqual([figure.labels, figure.series[0].values], [["db", "prod"], [1, 2]]);
  assert.deepEqual(stacked({ title: "", labels: ["x", "y"], series: [{ name: "a", values: [1, 2] }, { name: "b", values: [3, 0] }] }), [[1, 2], [4, 2]]);
  assert.ok(isEmpty(eventsByProfile([])));
  assert.ok(!isEmpty(figure));
});
