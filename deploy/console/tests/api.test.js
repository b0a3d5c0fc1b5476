import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ApiError, connect, get, hasAwsConsole, post, REFUSED } from "../source/api.js";

const away = { message: "away", hint: "look" };
let happened;
let asked;

beforeEach(() => {
  happened = [];
  asked = [];
  globalThis.dispatchEvent = (event) => happened.push(event.type);
  connect({ base: "api", headers: () => ({ "X-Who": "alice" }), away });
});
afterEach(() => {
  delete globalThis.dispatchEvent;
});

const answers = (status, body) => {
  globalThis.fetch = async (url, init) => {
    asked.push([url, init]);
    return new Response(body, { status });
  };
};

test("a refused change loads everything again, and a refused question does not", async () => {
  answers(409, '{"code": "conflict", "message": "The request is denied.", "hint": "none"}');
  await assert.rejects(post("/v1/requests/1/approve"), (error) => error instanceof ApiError && error.status === 409 && error.message === "The request is denied." && error.hint === "none");
  assert.deepEqual(happened, [REFUSED]);
  await assert.rejects(get("/v1/sessions"));
  await assert.rejects(post("/v1/explain", { profile: "dev" }));
  assert.deepEqual(happened, [REFUSED]);
});

test("a call says who asks, is not kept and follows no redirect", async () => {
  answers(200, "{}");
  await get("/v1/requests", { user: "a&b", view: "all" });
  const [[url, init]] = asked;
  assert.equal(url, "api/v1/requests?user=a%26b&view=all");
  assert.deepEqual([init.headers["X-Who"], init.cache, init.redirect, init.body], ["alice", "no-store", "error", undefined]);
});

test("what is not Sentinel's answer is an error, also with status 200", async () => {
  for (const body of ["<html>", '"text"', "null"]) {
    answers(200, body);
    await assert.rejects(get("/v1/whoami"), /not Sentinel/);
  }
});

test("a server that is away is said in the words of how this page is served", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("failed to fetch");
  };
  await assert.rejects(get("/v1/whoami"), (error) => error instanceof ApiError && error.message === "away" && error.status === 0);
});

test("only a server that says so signs sessions in to the AWS console", () => {
  assert.equal(hasAwsConsole(), false);
  connect({ base: "api", headers: () => ({}), away, awsConsole: true });
  assert.equal(hasAwsConsole(), true);
});
