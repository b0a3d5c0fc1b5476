/** What a user had in the last 30 days, as far as the one who looks may see it. */

import { html } from "htm/preact";
import { past } from "../grouping.js";
import { list, useLoaded } from "../loading.js";
import { Failure, may, Said, Status, Time } from "../parts.js";
import { counted, instant } from "../words.js";

const MONTH_MS = 30 * 86_400_000;
const SHOWN = 10;

/** @param {{me: any, user: string, without: string}} props `without` is the id of what is shown already */
export function History({ me, user, without }) {
  const seesAll = may(me, "read");
  const { data, error } = useLoaded(async (signal) => {
    if (!me) return null;
    const query = { view: "visible", user, since: instant(Date.now() - MONTH_MS) };
    const [requests, events, sessions] = await Promise.all([
      list("/v1/requests", "requests", query, signal),
      list("/v1/break-glass", "events", query, signal),
      seesAll ? list("/v1/sessions", "sessions", { ...query, view: "all" }, signal) : null,
    ]);
    return { requests: requests.rows, events: events.rows, sessions: sessions && sessions.rows };
  }, [user, me === null, seesAll], 60_000);
  return html`<h2>Their last 30 days</h2>
    <${Failure} error=${error} />
    ${data && html`<${Past} ...${data} without=${without} />`}`;
}

/** @param {{requests: any[], events: any[], sessions: any[] | null, without: string}} props */
function Past({ requests, events, sessions, without }) {
  const others = requests.filter((each) => each.id !== without);
  const rows = past(others, events, sessions ?? []);
  const denied = others.filter((each) => each.status === "denied").length;
  return html`<p>${counted(others.length, "other request")}${denied ? ` (${denied} denied)` : ""},
      ${" "}${counted(events.length, "break-glass event")}${sessions ? `, ${counted(sessions.length, "session")}` : ""}.</p>
    ${sessions === null && html`<p class="hint">Of the profiles that you approve. Their sessions are shown with the permission read.</p>`}
    <ul class="rows">${rows.slice(0, SHOWN).map((each) => html`<li key=${each.kind + each.id}><a href=${each.link}>${each.profile}</a> ${each.kind}
      ${" "}<${Status} status=${each.status} /> <${Time} at=${each.at} /> <${Said}>${each.said}<//></li>`)}</ul>
    ${rows.length > SHOWN && html`<p class="hint">… and ${rows.length - SHOWN} more</p>`}`;
}
