import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, past, sought, timeline } from "../source/grouping.js";

const session = (more = {}) => ({
  id: "0001", user: "alice", profile: "dev", via: "direct", status: "active", caller_arn: "arn:aws:iam::111122223333:user/alice", source_ip: "192.0.2.1",
  account: "111122223333", issued_at: "2026-11-24T12:10:00Z", ends_at: "2026-11-24T13:10:00Z", revoked: null, ...more,
});

test("every word has to occur, in any case and any field", () => {
  const rows = [session(), session({ user: "bob", profile: "Staging" })];
  const found = (text) => sought(rows, text).map((each) => each.user);
  assert.deepEqual(found(""), ["alice", "bob"]);
  assert.deepEqual(found("  STAGING "), ["bob"]);
  assert.deepEqual(found("alice dev"), ["alice"]);
  assert.deepEqual(found("bob dev"), []);
  assert.deepEqual(found("192.0.2.1 user/ALICE"), ["alice", "bob"]);
});

test("words do not run across fields", () => {
  assert.deepEqual(sought([session()], "alicedev"), []);
});

test("the largest group is first, then by name, and rows keep their order", () => {
  const rows = [session({ user: "zoe" }), session({ user: "bob", id: "1" }), session({ user: "ann" }), session({ user: "bob", id: "2" })];
  assert.deepEqual(grouped(rows, "user").map(([name, each]) => [name, each.map(({ id }) => id)]), [["bob", ["1", "2"]], ["ann", ["0001"]], ["zoe", ["0001"]]]);
  assert.deepEqual(grouped([session({ user: "__proto__" })], "user").map(([name]) => name), ["__proto__"]);
});

test("a session's timeline begins with the request and ends with the revocation", () => {
  const request = {
    user: "alice", created_at: "2026-11-24T12:00:00Z", reason: "deploy", status: "withdrawn", ended: { at: "2026-11-24T12:20:00Z", by: "bob", comment: null },
    approvals: [{ user: "bob", at: "2026-11-24T12:05:00Z", comment: "go" }],
  };
  const revoked = session({ via: "approval", status: "revoked", revoked: { at: "2026-11-24T12:15:00Z", by: "operator", comment: "lost" } });
  assert.deepEqual(timeline(revoked, request).map(({ what, by }) => [what, by]), [
    ["asked", "alice"], ["approved", "bob"], ["credentials issued", "alice"], ["revoked", "operator"], ["the request is withdrawn", "bob"],
  ]);
});

test("broken glass, its review, a session that failed, and one that will end", () => {
  const event = {
    user: "alice", created_at: "2026-11-24T12:00:00Z", reason: "incident", justification: "down", ended: { at: "2026-11-24T12:30:00Z", by: null, comment: null },
    review: { at: "2026-11-25T09:00:00Z", by: "bob", comment: "agreed" },
  };
  assert.deepEqual(timeline(session(), undefined, event).map(({ what }) => what), ["broke glass: incident", "credentials issued", "the event ended", "credentials end", "reviewed"]);
  assert.deepEqual(timeline(session({ status: "failed" })).map(({ what }) => what), ["STS issued nothing"]);
  assert.deepEqual(timeline(session({ status: "expired" })).map(({ what }) => what), ["credentials issued", "credentials ended"]);
});

test("what a user had is in one list, newest first, each with its page", () => {
  const requests = [{ id: "r", profile: "staging", status: "approved", created_at: "2026-11-24T12:00:00Z", reason: "deploy" }];
  const events = [{ id: "e", profile: "prod", status: "closed", created_at: "2026-11-24T11:00:00Z", justification: "down" }];
  const found = past(requests, events, [session()]);
  assert.deepEqual(found.map(({ link }) => link), ["#/sessions/0001", "#/approvals/r", "#/emergencies/e"]);
});
