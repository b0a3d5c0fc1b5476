/** What waits for this person's decision, one request with all that bears on it, and the decision. */

import { html } from "htm/preact";
import { get, post } from "../api.js";
import { Act, Failure, Said, Status, Time, useLoaded } from "../parts.js";
import { span } from "../words.js";

/** @param {{id?: string}} props */
export const Approvals = ({ id }) => (id ? html`<${OneRequest} id=${id} />` : html`<${Waiting} />`);

function Waiting() {
  const { data, error } = useLoaded((signal) => get("/v1/requests", { view: "approvable" }, signal), []);
  const requests = data?.requests ?? [];
  return html`<section>
    <h1>Approvals</h1>
    <${Failure} error=${error} />
    ${data && !requests.length && html`<p class="empty">Nothing waits for you.</p>`}
    <ul class="cards">${requests.map(
      (/** @type {any} */ each) => html`<li key=${each.id}><a class="card" href=${`#/approvals/${each.id}`}>
        <b><${Said}>${each.user}<//></b> asks for <b>${each.profile}</b> for ${span(each.duration_s)}
        <${Said}>${each.reason}<//>
        <small>asked <${Time} at=${each.created_at} />, until <${Time} at=${each.pending_until} /></small>
      </a></li>`,
    )}</ul>
  </section>`;
}

/** @param {{id: string}} props */
function OneRequest({ id }) {
  const { data, error, reload } = useLoaded((signal) => get(`/v1/requests/${id}`, {}, signal), [id], 3_000);
  const request = data?.request;
  if (!request) return html`<section><h1>Request</h1><${Failure} error=${error} /></section>`;
  /** @param {string} verb */
  const decide = (verb) => async (/** @type {string} */ comment) => {
    await post(`/v1/requests/${id}/${verb}`, comment ? { comment } : {});
    reload();
  };
  return html`<section>
    <h1>${request.profile} for <${Said}>${request.user}<//></h1>
    <${Failure} error=${error} />
    <p><${Status} status=${request.status} /></p>
    <blockquote><${Said}>${request.reason}<//></blockquote>
    <dl>
      <dt>Ticket</dt><dd>${request.ticket ? html`<${Said}>${request.ticket}<//>` : "–"}</dd>
      <dt>Asked</dt><dd><${Time} at=${request.created_at} /></dd>
      <dt>For</dt><dd>${span(request.duration_s)}${request.uses === "once" ? ", one session" : ""}</dd>
      <dt>Decide until</dt><dd><${Time} at=${request.pending_until} /></dd>
      <dt>Rule</dt><dd>${request.rule ?? "–"}</dd>
      <dt>Approvals</dt><dd>${request.approvals.length} of ${request.quorum}</dd>
      <dt>May decide</dt><dd>${request.approvers.map((/** @type {string} */ each) => html`<${Said}>${each}<//> `)}</dd>
    </dl>
    ${request.approvals.map(
      (/** @type {any} */ vote) => html`<p><b><${Said}>${vote.user}<//></b> approved <${Time} at=${vote.at} />
        ${vote.comment && html`: <${Said}>${vote.comment}<//>`}</p>`,
    )}
    ${request.ended && html`<p>${request.ended.by ? html`<b><${Said}>${request.ended.by}<//></b> ended it` : "Ended"}
      ${" "}<${Time} at=${request.ended.at} />${request.ended.comment && html`: <${Said}>${request.ended.comment}<//>`}</p>`}
    ${request.status === "pending" &&
    html`<${Act} label="Comment" buttons=${[
      { title: "Approve", kind: "go", act: decide("approve") },
      { title: "Deny", kind: "stop", act: decide("deny") },
    ]} />`}
    <${History} user=${request.user} />
  </section>`;
}

const MONTH_MS = 30 * 86_400_000;

/** What the requester had in the last 30 days; without the permission read there is nothing to show. @param {{user: string}} props */
function History({ user }) {
  const since = new Date(Date.now() - MONTH_MS).toISOString().replace(/\.\d+Z$/, "Z");
  const { data, error } = useLoaded((signal) => get("/v1/requests", { view: "all", user, since }, signal), [user], 60_000);
  if (error) return html`<p class="hint">Their other requests are shown with the permission read.</p>`;
  return html`<h2>Their last 30 days</h2><ul>${(data?.requests ?? []).map(
    (/** @type {any} */ each) => html`<li key=${each.id}><${Time} at=${each.created_at} /> ${each.profile} <${Status} status=${each.status} />
      ${" "}<${Said}>${each.reason}<//></li>`,
  )}</ul>`;
}
