/** The figures of charts, from rows of the API. Pure: a chart and its table show the same. */

const DAY_MS = 86_400_000;

/** @typedef {{title: string, labels: string[], series: {name: string, values: number[]}[]}} Figure */

/**
 * Rows a day, in UTC, split by what `name` says of each; today is last.
 * @param {string} title @param {any[]} rows @param {(row: any) => string} at @param {(row: any) => string | null} name
 * @param {string[]} names @param {number} days @param {number} [now] @returns {Figure}
 */
export function daily(title, rows, at, name, names, days, now = Date.now()) {
  const today = Math.floor(now / DAY_MS);
  const labels = Array.from({ length: days }, (_, index) => new Date((today - days + 1 + index) * DAY_MS).toISOString().slice(5, 10));
  const series = names.map((each) => ({ name: each, values: new Array(days).fill(0) }));
  for (const row of rows) {
    const index = Math.floor(Date.parse(at(row)) / DAY_MS) - (today - days + 1);
    const found = series.find((each) => each.name === name(row));
    if (found && index >= 0 && index < days) found.values[index] += 1;
  }
  return { title, labels, series };
}

const TIMES = /** @type {[string, number][]} */ ([["5 min", 300], ["15 min", 900], ["1 h", 3600], ["4 h", 14400], ["1 d", 86400], ["longer", Infinity]]);

/** When a request was decided: by the last approval it needed, or a person's no; null while it waits or time ended it. @param {any} request */
export function decidedAt(request) {
  if (request.auto_approved) return null;
  if (request.approvals.length >= request.quorum) return request.approvals[request.quorum - 1].at;
  return request.status === "denied" && request.ended ? request.ended.at : null;
}

/** How long people took to decide. @param {any[]} requests @returns {Figure} */
export function timesToDecide(requests) {
  const values = new Array(TIMES.length).fill(0);
  for (const request of requests) {
    const at = decidedAt(request);
    if (at === null) continue;
    const seconds = (Date.parse(at) - Date.parse(request.created_at)) / 1000;
    values[TIMES.findIndex(([, most]) => seconds <= most)] += 1;
  }
  return { title: "Approvals by time to decide", labels: TIMES.map(([name], index) => (index < TIMES.length - 1 ? `≤ ${name}` : name)), series: [{ name: "requests", values }] };
}

/** @param {any[]} events @returns {Figure} */
export function eventsByProfile(events) {
  const labels = [...new Set(events.map((each) => each.profile))].sort();
  const values = labels.map((profile) => events.filter((each) => each.profile === profile).length);
  return { title: "Break-glass by profile", labels, series: [{ name: "events", values }] };
}

/** @param {Figure} figure */
export const isEmpty = ({ series }) => series.every(({ values }) => values.every((each) => each === 0));

/**
 * The upper ends of stacked bars: each series on those before it.
 * @param {Figure} figure @returns {number[][]}
 */
export function stacked({ labels, series }) {
  const totals = new Array(labels.length).fill(0);
  return series.map(({ values }) => values.map((value, index) => (totals[index] += value)));
}
