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

/**
 * How calls are made: what is before each path, the headers that say who calls, what to say where no answer comes, and
 * what hears of refusals, and whether the server signs sessions in to the AWS console.
 * @typedef {{message: string, hint: string}} Away
 * @typedef {(status: number, refusal: {code?: string, message?: string}) => void} Refused
 * @type {{base: string, headers: () => Record<string, string>, away: Away, refused?: Refused, awsConsole?: boolean}}
 */
let connection;

/** Say how calls are made, before the first one. @param {typeof connection} given */
export const connect = (given) => {
  connection = given;
};

/** Whether the server of this page signs sessions in to the AWS console: `sentinel ui` does, a hosted console does not. */
export const hasAwsConsole = () => connection.awsConsole === true;

/**
 * @param {string} method @param {string} path
 * @param {{query?: Record<string, string>, body?: object, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, { query = {}, body, signal } = {}) {
  const search = new URLSearchParams(query).toString();
  const init = {
    method,
    headers: { ...connection.headers(), ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    signal,
    cache: /** @type {RequestCache} */ ("no-store"),
    redirect: /** @type {RequestRedirect} */ ("error"),
  };
  let response;
  try {
    response = await fetch(`${connection.base}${path}${search ? `?${search}` : ""}`, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(connection.away, 0);
  }
  const answer = parse(await response.text());
  if (response.ok && answer) return answer;
  connection.refused?.(response.status, answer ?? {});
  // Another person was faster, or what is shown is old: everything shown is loaded again.
  if (method !== "GET" && path !== EXPLAIN) dispatchEvent(new Event(REFUSED));
  throw new ApiError(answer ?? { message: "What answered is not Sentinel.", hint: "Check the remote server's URL, and proxies." }, response.status);
}

/** Happens when the API refuses a change. */
export const REFUSED = "sentinel-refused";
// It changes nothing, and is loaded like a page: what its refusal loads again would be refused again.
const EXPLAIN = "/v1/explain";

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
