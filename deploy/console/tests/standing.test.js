import assert from "node:assert/strict";
import { test } from "node:test";
import { shelves, standing } from "../source/standing.js";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const OPEN = { starts_at: "2026-11-24T12:00:00Z", ends_at: "2026-11-24T13:00:00Z" };
const LATER = { starts_at: "2026-11-24T14:00:00Z", ends_at: "2026-11-24T15:00:00Z" };
const OVER = { starts_at: "2026-11-24T11:00:00Z", ends_at: "2026-11-24T12:00:00Z" };
const staging = { name: "staging", access: "approval", reason: "" };
const asked = (status, window = null, profile = "staging") => ({ profile, status, window });

test("a grant counts in its window, from its first second to before its end", () => {
  assert.deepEqual(standing(staging, [asked("approved", OPEN)], [], NOW), { state: "usable", until: OPEN.ends_at, grant: asked("approved", OPEN) });
  assert.equal(standing(staging, [asked("approved", LATER)], [], NOW).state, "later");
  assert.equal(standing(staging, [asked("approved", OVER)], [], NOW).state, "approval");
});

test("a request that waits, and one that is over", () => {
  assert.equal(standing(staging, [asked("pending")], [], NOW).state, "waiting");
  for (const status of ["denied", "expired", "consumed", "withdrawn", "ended"]) assert.equal(standing(staging, [asked(status, OPEN)], [], NOW).state, "approval");
});

test("the grant of another profile gives nothing", () => {
  assert.equal(standing(staging, [asked("approved", OPEN, "prod")], [{ profile: "prod", status: "active", window: OPEN }], NOW).state, "approval");
});

test("broken glass gives what the policy denies, while it is active", () => {
  const prod = { name: "prod", access: "denied", reason: "" };
  assert.equal(standing(prod, [], [{ profile: "prod", status: "active", window: OPEN }], NOW).state, "usable");
  assert.equal(standing(prod, [], [{ profile: "prod", status: "closed", window: OPEN }], NOW).state, "denied");
});

test("shelves are in the order in which people look, without empty ones", () => {
  const dev = { name: "dev", access: "allowed", reason: "" };
  const prod = { name: "prod", access: "denied", reason: "" };
  const found = shelves([prod, staging, dev], [], [], NOW);
  assert.deepEqual(found.map(([state, each]) => [state, each.map(({ profile }) => profile.name)]), [["usable", ["dev"]], ["approval", ["staging"]], ["denied", ["prod"]]]);
});
