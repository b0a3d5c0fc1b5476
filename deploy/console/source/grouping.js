/** Sessions sought and grouped, and what happened to one of them in order. Pure. */

/**
 * The sessions in which each word of a text occurs somewhere, in any case of letters.
 * @param {any[]} sessions @param {string} text
 */
export function sought(sessions, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  /** @param {any} each */
  const about = (each) => [each.user, each.profile, each.id, each.via, each.caller_arn, each.source_ip, each.account].join("\n").toLowerCase();
  return sessions.filter((each) => words.every((word) => about(each).includes(word)));
}

/**
 * Rows by a key, the largest group first, then by name.
 * @template Row @param {Row[]} rows @param {keyof Row} key @returns {[string, Row[]][]}
 */
export function grouped(rows, key) {
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
  for (const row of rows) groups.set(String(row[key]), [...(groups.get(String(row[key])) ?? []), row]);
  return [...groups].sort(([a, as], [b, bs]) => bs.length - as.length || a.localeCompare(b));
}

/**
 * @typedef {{at: string, what: string, by?: string | null, said?: string | null}} Step
 */

/**
 * What led to a session and what became of it, in order; steps still to come are last.
 * @param {any} session @param {any} [request] @param {any} [event] @returns {Step[]}
 */
export function timeline(session, request, event) {
  /** @type {Step[]} */
  const steps = [];
  if (request) {
    steps.push({ at: request.created_at, what: "asked", by: request.user, said: request.reason });
    for (const vote of request.approvals) steps.push({ at: vote.at, what: "approved", by: vote.user, said: vote.comment });
    if (request.ended) steps.push({ at: request.ended.at, what: `the request is ${request.status}`, by: request.ended.by, said: request.ended.comment });
  }
  if (event) {
    steps.push({ at: event.created_at, what: `broke glass: ${event.reason}`, by: event.user, said: event.justification });
    if (event.ended) steps.push({ at: event.ended.at, what: "the event ended", by: event.ended.by, said: event.ended.comment });
    if (event.review) steps.push({ at: event.review.at, what: "reviewed", by: event.review.by, said: event.review.comment });
  }
  const failed = session.status === "failed";
  steps.push({ at: session.issued_at, what: failed ? "STS issued nothing" : "credentials issued", by: session.user });
  if (session.revoked) steps.push({ at: session.revoked.at, what: "revoked", by: session.revoked.by, said: session.revoked.comment });
  else if (!failed) steps.push({ at: session.ends_at, what: session.status === "active" ? "credentials end" : "credentials ended" });
  return steps.map((step, index) => ({ step, index })).sort((a, b) => Date.parse(a.step.at) - Date.parse(b.step.at) || a.index - b.index).map(({ step }) => step);
}

/**
 * What a user had, newest first: requests, break-glass events and sessions in one list.
 * @param {any[]} requests @param {any[]} events @param {any[]} sessions
 */
export function past(requests, events, sessions) {
  return [
    ...requests.map((each) => ({ kind: "request", at: each.created_at, link: `#/approvals/${each.id}`, said: each.reason, ...pick(each) })),
    ...events.map((each) => ({ kind: "break-glass", at: each.created_at, link: `#/emergencies/${each.id}`, said: each.justification, ...pick(each) })),
    ...sessions.map((each) => ({ kind: "session", at: each.issued_at, link: `#/sessions/${each.id}`, said: "", ...pick(each) })),
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** @param {any} row */
const pick = ({ id, profile, status }) => ({ id, profile, status });
