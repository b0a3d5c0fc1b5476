/** What a person may do with each profile now, from the catalogue and from their own grants. Pure. */

/**
 * @typedef {{name: string, access: string, reason: string, description?: string, account?: string, region?: string}} Profile
 * @typedef {{state: "usable" | "later" | "waiting" | "approval" | "denied", until?: string, grant?: any}} Standing
 */

/** @param {any} window @param {number} now */
const isOpen = (window, now) => window && Date.parse(window.starts_at) <= now && now < Date.parse(window.ends_at);

/**
 * A grant in its window counts before the catalogue, which does not know grants.
 * @param {Profile} profile @param {any[]} requests one's own @param {any[]} events one's own @param {number} [now]
 * @returns {Standing}
 */
export function standing(profile, requests, events, now = Date.now()) {
  const own = requests.filter((each) => each.profile === profile.name);
  const event = events.find((each) => each.profile === profile.name && each.status === "active" && isOpen(each.window, now));
  const approved = own.filter((each) => each.status === "approved" && each.window);
  const open = approved.find((each) => isOpen(each.window, now));
  if (profile.access === "allowed") return { state: "usable" };
  if (open) return { state: "usable", until: open.window.ends_at, grant: open };
  if (event) return { state: "usable", until: event.window.ends_at, grant: event };
  const later = approved.find((each) => Date.parse(each.window.starts_at) > now);
  if (later) return { state: "later", grant: later };
  const pending = own.find((each) => each.status === "pending");
  if (pending) return { state: "waiting", grant: pending };
  return { state: profile.access === "approval" ? "approval" : "denied" };
}

/** The states in the order in which people look for them, and their headings. */
export const HEADINGS = /** @type {const} */ ({
  usable: "You can use now",
  later: "Approved, and begins later",
  waiting: "Waits for an approval",
  approval: "You can ask for",
  denied: "Not for you",
});

/**
 * Profiles by state, empty states left out.
 * @param {Profile[]} profiles @param {any[]} requests @param {any[]} events @param {number} [now]
 * @returns {[keyof typeof HEADINGS, {profile: Profile, standing: Standing}[]][]}
 */
export function shelves(profiles, requests, events, now = Date.now()) {
  const each = profiles.map((profile) => ({ profile, standing: standing(profile, requests, events, now) }));
  const keys = /** @type {(keyof typeof HEADINGS)[]} */ (Object.keys(HEADINGS));
  return keys
    .map((state) => /** @type {[any, any[]]} */ ([state, each.filter((one) => one.standing.state === state)]))
    .filter(([, found]) => found.length);
}
