/** What the server of the page says of itself: on loopback, or hosted, with where people sign in. */

/**
 * @typedef {{mode: "loopback"}} Loopback
 * @typedef {{mode: "hosted", api: string, issuer: string, client_id: string, scope: string}} Hosted
 */

/** @returns {Promise<Loopback | Hosted>} */
export async function loadConfig() {
  const response = await fetch("config.json", { cache: "no-store", redirect: "error" });
  const config = response.ok ? await response.json() : {};
  if (config.mode !== "loopback" && config.mode !== "hosted") throw new Error("The console's server does not say how it is served.");
  return config;
}
