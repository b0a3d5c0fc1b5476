/** Who has what now: live sessions, one of them, and its revocation. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { Act, Choice, Failure, Said, Status, Time, useLoaded } from "../parts.js";

/** @param {{id?: string}} props */
export const Sessions = ({ id }) => (id ? html`<${OneSession} id=${id} />` : html`<${Live} />`);

const WHOSE = { mine: "mine", all: "everyone's" };

function Live() {
  const [view, setView] = useState("mine");
  const { data, error } = useLoaded((signal) => get("/v1/sessions", { view, status: "active" }, signal), [view]);
  return html`<section>
    <h1>Sessions</h1>
    <${Choice} label="Whose" value=${view} options=${WHOSE} onChoose=${setView} />
    <${Failure} error=${error} />
    ${data && !data.sessions.length && html`<p class="empty">No session is active.</p>`}
    <div class="scroll"><table><thead><tr><th>User</th><th>Profile</th><th>Since</th><th>Until</th><th>By</th></tr></thead>
    <tbody>${(data?.sessions ?? []).map(
      (/** @type {any} */ each) => html`<tr key=${each.id}><td><a href=${`#/sessions/${each.id}`}><${Said}>${each.user}<//></a></td>
        <td>${each.profile}</td><td><${Time} at=${each.issued_at} /></td><td><${Time} at=${each.ends_at} /></td><td>${each.via}</td></tr>`,
    )}</tbody></table></div>
  </section>`;
}

/** @param {{id: string}} props */
function OneSession({ id }) {
  const { data, error, reload } = useLoaded((signal) => get(`/v1/sessions/${id}`, {}, signal), [id], 3_000);
  const [outcome, setOutcome] = useState(/** @type {any} */ (null));
  const session = data?.session;
  if (!session) return html`<section><h1>Session</h1><${Failure} error=${error} /></section>`;
  const revoke = async (/** @type {string} */ reason) => {
    setOutcome(await post(`/v1/sessions/${id}/revoke`, { reason }));
    reload();
  };
  const rows = /** @type {[string, any][]} */ ([
    ["Status", html`<${Status} status=${session.status} />`],
    ["Issued", html`<${Time} at=${session.issued_at} />`],
    ["Ends", html`<${Time} at=${session.ends_at} />`],
    ["By", `${session.via}${session.rule ? `, rule ${session.rule}` : ""}`],
    ["Role", session.role_arn],
    ["Caller", html`<${Said}>${session.caller_arn}<//>`],
    ["From", session.source_ip ?? "–"],
    ["Revoked", session.revoked ? html`<${Time} at=${session.revoked.at} /> by <${Said}>${session.revoked.by}<//>: <${Said}>${session.revoked.comment}<//>` : "–"],
  ]);
  return html`<section>
    <h1>${session.profile} of <${Said}>${session.user}<//></h1>
    <${Failure} error=${error} />
    <dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    ${session.status === "active" &&
    html`<details><summary>Revoke</summary>
      <p>The kill switch denies every call of this session within seconds, in every account. Sensitive APIs refuse it at the next request.
      What it has started keeps running. The user may get new credentials: lock them out to prevent that.</p>
      <${Act} label="Reason" required buttons=${[{ title: "Revoke this session", kind: "stop", act: revoke }]} /></details>`}
    ${outcome && html`<p role="status">Kill switch: <${Status} status=${outcome.kill_switch.status} /></p>`}
  </section>`;
}
