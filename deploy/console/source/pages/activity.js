/** Activity over time: sessions, requests, how long decisions take, break-glass; each as a chart and as a table. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { Chart } from "../chart.js";
import { daily, eventsByProfile, timesToDecide } from "../figures.js";
import { Choice } from "../forms.js";
import { list, useLoaded } from "../loading.js";
import { Failure, may } from "../parts.js";
import { instant } from "../words.js";

const DAYS = { 7: "7 days", 30: "30 days", 90: "90 days" };
const DAY_MS = 86_400_000;

/** @param {{me: any}} props */
export const Activity = ({ me }) => (me ? html`<${Figures} me=${me} />` : null);

/** @param {{me: any}} props */
function Figures({ me }) {
  const [days, setDays] = useState("30");
  const view = may(me, "read") ? "all" : "mine";
  const { data, error } = useLoaded(async (signal) => {
    const first = (Math.floor(Date.now() / DAY_MS) - Number(days) + 1) * DAY_MS;
    const query = { view, since: instant(first) };
    const [sessions, requests, events] = await Promise.all([
      list("/v1/sessions", "sessions", query, signal),
      list("/v1/requests", "requests", query, signal),
      list("/v1/break-glass", "events", query, signal),
    ]);
    return { sessions, requests, events };
  }, [days, view], 30_000);
  return html`<section>
    <h1>Activity</h1>
    <p class="hint">${view === "all" ? "Of everyone" : "Your own; everyone's takes the permission read"}, by days in UTC. A vend that was refused is in the audit log only.</p>
    <${Choice} label="Over" value=${days} options=${DAYS} onChoose=${setDays} />
    <${Failure} error=${error} />
    ${data && [data.sessions, data.requests, data.events].some((each) => each.more) && html`<p class="hint">There is more than is counted here: the newest thousand of each.</p>`}
    ${data && figures(data, Number(days)).map((figure) => html`<${Chart} key=${figure.title} figure=${figure} />`)}
  </section>`;
}

const REFUSED = /** @type {Record<string, string>} */ ({ denied: "denied", expired: "not decided in time", cancelled: "taken back", pending: "waiting" });

/** @param {any} data @param {number} days */
const figures = ({ sessions, requests, events }, days) => [
  daily("Sessions a day", sessions.rows, (each) => each.issued_at, (each) => (each.status === "failed" ? "failed" : each.via), ["direct", "approval", "break-glass", "failed"], days),
  daily("Requests a day", requests.rows, (each) => each.created_at, (each) => REFUSED[each.status] ?? "approved", ["approved", "denied", "not decided in time", "taken back", "waiting"], days),
  timesToDecide(requests.rows),
  eventsByProfile(events.rows),
];
