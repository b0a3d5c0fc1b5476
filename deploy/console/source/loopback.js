/** The console of `sentinel ui`: calls go through the client, which makes them with the user's own identity. */

import { connect, get } from "./api.js";

const KEY = "sentinel-console-token";

/** Take the token out of the address, so that it is in no history and in no copied address. */
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (found) history.replaceState(null, "", location.pathname);
  return found;
}

export async function connectLoopback() {
  let found = takeToken();
  connect({
    base: "api",
    headers: () => ({ "X-Sentinel-Console": found || localStorage.getItem(KEY) || "" }),
    awsConsole: true,
    away: { message: "The console's own server does not answer.", hint: "Start sentinel ui again." },
  });
  // Any page can lead here with a token of its own making: one that the server refuses takes the place of no other.
  const isRefused = found && (await get("/v1/whoami").then(() => false, (error) => error.code === "wrong_token"));
  if (found && !isRefused) localStorage.setItem(KEY, found);
  found = "";
}
