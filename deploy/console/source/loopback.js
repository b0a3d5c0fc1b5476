/** The console of `sentinel ui`: calls go through the client, which makes them with the user's own identity. */

import { connect } from "./api.js";

const KEY = "sentinel-console-token";

/** Take the token from the address once, so that it is in no history and in no copied address. */
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    localStorage.setItem(KEY, found);
    history.replaceState(null, "", location.pathname);
  }
}

export function connectLoopback() {
  takeToken();
  connect({
    base: "api",
    headers: () => ({ "X-Sentinel-Console": localStorage.getItem(KEY) || "" }),
    awsConsole: true,
    away: { message: "The console's own server does not answer.", hint: "Start sentinel ui again." },
  });
}
