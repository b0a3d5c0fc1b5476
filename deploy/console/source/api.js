/** The calls of Sentinel's API. A refusal is an error with Sentinel's own words. */

export class ApiError extends Error {
  /** @param {{code?: string, message?: string, hint?: string}} refusal @param {number} status */
  constructor(refusal, status) {
    super(refusal.message || `The service answered ${status}.`);
    this.code = refusal.code || "unavailable";
    this.hint = refusal.hint || "";
    this.status = status;
  }
}

const KEY = "sentinel-console-token";

/** Take the token from the address once, so that it is in no history and in no copied address. */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    localStorage.setItem(KEY, found);
    history.replaceState(null, "", location.pathname);
  }
}

/**
 * @param {string} method @param {string} path
 * @param {{query?: Record<string, string>, body?: object, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, { query = {}, body, signal } = {}) {
  const search = new URLSearchParams(query).toString();
  const init = {
    method,
    headers: { "X-Sentinel-Console": localStorage.getItem(KEY) || "", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    signal,
    cache: /** @type {RequestCache} */ ("no-store"),
    redirect: /** @type {RequestRedirect} */ ("error"),
  };
  let response;
  try {
    response = await fetch(`api${path}${search ? `?${search}` : ""}`, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ message: "The console's own server does not answer.", hint: "Start sentinel ui again." }, 0);
  }
  const answer = parse(await response.text());
  if (response.ok && answer) return answer;
  // Another person was faster, or what is shown is old: everything shown is loaded again.
  if (method !== "GET") dispatchEvent(new Event(REFUSED));
  throw new ApiError(answer ?? { message: "What answered is not Sentinel.", hint: "Check the remote server's URL, and proxies." }, response.status);
}

/** Happens when the API refuses a change. */
export const REFUSED = "sentinel-refused";

/** @param {string} text @returns {any} null: it is no JSON object */
function parse(text) {
  try {
    const read = JSON.parse(text);
    return typeof read === "object" ? read : null;
  } catch {
    return null;
  }
}

/** @param {string} path @param {Record<string, string>} [query] @param {AbortSignal} [signal] */
export const get = (path, query, signal) => call("GET", path, { query, signal });
/** @param {string} path @param {object} [body] */
export const post = (path, body) => call("POST", path, { body });
