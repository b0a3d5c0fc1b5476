/** Times and lengths in words. */

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
