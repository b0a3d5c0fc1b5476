/** Times, lengths and choices in words. Pure: nothing of the page is needed. */

const NAMES = /** @type {const} */ ([["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]);

/** @param {number} seconds */
export function span(seconds) {
  let rest = Math.max(0, Math.floor(seconds));
  const parts = [];
  for (const [name, size] of NAMES) {
    const count = Math.floor(rest / size);
    if (count && parts.length < 2) parts.push(`${count}${name}`);
    rest -= count * size;
  }
  return parts.join(" ") || "0s";
}

/** @param {string} at an instant in UTC @param {number} [now] */
export function relative(at, now = Date.now()) {
  const seconds = (Date.parse(at) - now) / 1000;
  return seconds >= 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

/** @param {string} at */
export const exact = (at) => new Date(at).toISOString().replace("T", " ").slice(0, 16) + " UTC";

/** @param {string} at @param {number} [now] */
export const isFuture = (at, now = Date.now()) => Date.parse(at) > now;

/** As the API writes instants: UTC, to the second. @param {number} ms */
export const instant = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

const USUAL = [900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 259200, 604800];

/**
 * The lengths to choose from: the usual ones within a limit, and the limit itself; as the API takes them, in words.
 * @param {number} most in seconds @returns {Record<string, string>}
 */
export function lengths(most) {
  const within = USUAL.filter((each) => each < most);
  return Object.fromEntries([...within, most].map((each) => [`${each}s`, span(each)]));
}

/** @param {number} count @param {string} word */
export const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * What a revocation does and does not, for the one who decides on it.
 * @param {"session" | "user" | "profile" | "all"} target @param {string} name
 * @returns {[string, string][]}
 */
export function consequences(target, name) {
  const ends = {
    session: "This session. Its credentials are refused; the user's other sessions continue.",
    user: `Every session that was issued to ${name}, of every profile, up to 30 seconds from now.`,
    profile: `Every session of ${name}, of all users, up to 30 seconds from now.`,
    all: "Every session of every user and every profile, up to 30 seconds from now.",
  }[target];
  const again = {
    session: "The user may vend again, by the same rule or grant. Lock them out to prevent it.",
    user: "Nothing is vended to this user for half a minute; afterwards they may vend again. A lockout prevents it longer.",
    profile: "Nothing is vended of this profile for half a minute; afterwards its users may vend again. A lockout prevents it longer.",
    all: "Nothing is vended to anyone for half a minute; afterwards everyone may vend again. A lockout prevents it longer.",
  }[target];
  return [
    ["What ends", ends],
    ["How fast", "Sensitive APIs refuse at the next request. Every other AWS API refuses when IAM has spread the kill switch, within seconds."],
    ["Chained sessions", "Roles that were assumed with these credentials are denied too, as far as they have the boundary of the kill switch."],
    ["What does not end", "What the session has made or started: instances, roles, copies of data. Tokens of ECR, connections to databases, and AWS console pages already open may last longer."],
    ["New credentials", again],
  ];
}
