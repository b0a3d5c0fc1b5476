import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { get } from "../source/api.js";
import { connectLoopback } from "../source/loopback.js";

const HEADER = "X-Sentinel-Console";
const KEY = "sentinel-console-token";
let kept;
let addresses;

beforeEach(() => {
  kept = new Map();
  addresses = [];
  globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  globalThis.history = { replaceState: (_, __, address) => addresses.push(address) };
  globalThis.dispatchEvent = () => true;
  globalThis.fetch = async (_, { headers }) =>
    headers[HEADER] === "right"
      ? new Response('{"user": "alice"}')
      : new Response('{"code": "wrong_token", "message": "this page is of an earlier console"}', { status: 403 });
});
afterEach(() => {
  for (const name of ["localStorage", "history", "location", "dispatchEvent"]) delete globalThis[name];
});

/** @param {string} token */
const open = (token) => {
  globalThis.location = { hash: `#token=${token}`, pathname: "/" };
  return connectLoopback();
};

test("a token is taken out of the address and kept", async () => {
  await open("right");
  assert.deepEqual([kept.get(KEY), addresses], ["right", ["/"]]);
  assert.equal((await get("/v1/whoami")).user, "alice");
});

test("one that the server refuses takes the place of no other", async () => {
  await open("right");
  await open("planted");
  assert.deepEqual([kept.get(KEY), addresses.length], ["right", 2]);
  assert.equal((await get("/v1/whoami")).user, "alice");
});

test("the token of a console that was started later takes the place of an earlier one", async () => {
  kept.set(KEY, "of an earlier console");
  await open("right");
  assert.equal(kept.get(KEY), "right");
});
