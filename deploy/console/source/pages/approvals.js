/** What waits for this person's decision, one request with all that bears on it, and the decision. */

import { html } from "htm/preact";
import { get, post } from "../api.js";
import { Act } from "../forms.js";
import { useLoaded } from "../loading.js";
import { Facts, Failure, Names, Said, Status, Time } from "../parts.js";
import { isFuture, span } from "../words.js";
import { Extending, chain } from "./extending.js";
import { History } from "./history.js";
import { WhyNow } from "./policy.js";

/** @param {{about?: string, me: any}} props */
export const Approvals = ({ about, me }) => (about ? html`<${OneRequest} id=${about} me=${me} />` : html`<${Waiting} />`);

function Waiting() {
  const waiting = useLoaded((signal) => get("/v1/requests", { view: "approvable" }, signal), []);
  const own = useLoaded((signal) => get("/v1/requests", { view: "mine", limit: "20" }, signal), []);
  return html`<section>
    <h1>Approvals</h1>
    <${Failure} error=${waiting.error} />
    ${waiting.data && !waiting.data.requests.length && html`<p class="empty">Nothing waits for you.</p>`}
    <ul class="cards">${(waiting.data?.requests ?? []).map(
      (/** @type {any} */ each) => html`<li key=${each.id}><a class="card" href=${`#/approvals/${each.id}`}>
        <b><${Said}>${each.user}<//></b> ${each.extends ? "asks to extend" : "asks for"} <b>${each.profile}</b> ${each.extends ? "by" : "for"} ${span(each.duration_s)}
        <${Said}>${each.reason}<//>
        <small>asked <${Time} at=${each.created_at} />, lapses <${Time} at=${each.pending_until} /></small>
      </a></li>`,
    )}</ul>
    <h2>Your own requests</h2>
    <${Failure} error=${own.error} />
    ${own.data && !own.data.requests.length && html`<p class="empty">You have asked for nothing.</p>`}
    <ul class="rows">${(own.data?.requests ?? []).map(
      (/** @type {any} */ each) => html`<li key=${each.id}><a href=${`#/approvals/${each.id}`}>${each.profile}</a>
        ${" "}<${Status} status=${each.status} /> <${Time} at=${each.created_at} /> <${Said}>${each.reason}<//></li>`,
    )}</ul>
  </section>`;
}

/** @param {{id: string, me: any}} props */
function OneRequest({ id, me }) {
  const { data, error, reload } = useLoaded((signal) => get(`/v1/requests/${id}`, {}, signal), [id], 3_000);
  const request = data?.request;
  if (!request) return html`<section><h1>Request</h1><${Failure} error=${error} /></section>`;
  /** @param {string} verb */
  const decide = (verb) => async (/** @type {string} */ comment) => {
    await post(`/v1/requests/${id}/${verb}`, comment ? { comment } : {});
    reload();
  };
  // What was asked comes before why: the words may have a thousand lines, and the buttons are always in sight.
  return html`<section>
    <h1>${request.profile} for <${Said}>${request.user}<//></h1>
    <${Failure} error=${error} />
    <p role="status"><${Status} status=${request.status} /> ${request.window && html`${isFuture(request.window.starts_at) ? "begins" : "began"} <${Time} at=${request.window.starts_at} />, ${isFuture(request.window.ends_at) ? "ends" : "ended"} <${Time} at=${request.window.ends_at} />`}</p>
    <${Terms} request=${request} />
    <blockquote><${Said}>${request.reason}<//></blockquote>
    <${Votes} request=${request} />
    <${WhyNow} me=${me} profile=${request.profile} user=${request.user} />
    <${History} me=${me} user=${request.user} without=${id} />
    <${Decision} request=${request} me=${me} decide=${decide} />
  </section>`;
}

/** Who asks for what, since when, and what the policy says of it. @param {{request: any}} props */
const Terms = ({ request }) => html`<${Facts} rows=${[
  ["Asked", html`<${Time} at=${request.created_at} />`],
  ["Ticket", request.ticket && html`<${Said}>${request.ticket}<//>`],
  ["For", `${span(request.duration_s)}${request.uses === "once" ? ", one session" : ""}`],
  ...chain(request),
  ["From", request.starts_at ? html`<${Time} at=${request.starts_at} />` : "the approval on"],
  ["Lapses", html`<${Time} at=${request.pending_until} />`],
  ["Rule", request.rule],
  ["Approvals", request.auto_approved ? "none needed: the rule approves by itself" : `${request.approvals.length} of ${request.quorum}`],
  ["May decide", html`<${Names} names=${request.approvers} />`],
]} />`;

/** Who has decided, and what they said. @param {{request: any}} props */
const Votes = ({ request }) => html`${request.approvals.map(
    (/** @type {any} */ vote) => html`<p><b><${Said}>${vote.user}<//></b> approved <${Time} at=${vote.at} />${vote.comment && html`: <${Said}>${vote.comment}<//>`}</p>`,
  )}
  ${request.ended && html`<p>${request.ended.by ? html`<b><${Said}>${request.ended.by}<//></b> ended it` : "It ended"}
    ${" "}<${Time} at=${request.ended.at} />${request.ended.comment && html`: <${Said}>${request.ended.comment}<//>`}</p>`}`;

/** @param {{request: any, me: any, decide: (verb: string) => (comment: string) => Promise<void>}} props */
function Decision({ request, me, decide }) {
  const isOwn = me?.user === request.user;
  const hasVoted = request.approvals.some((/** @type {any} */ vote) => vote.user === me?.user);
  if (!me || (request.status !== "pending" && request.status !== "approved")) return null;
  if (request.status === "approved" || isOwn) {
    const title = isOwn ? "Take it back" : "Withdraw it";
    return html`${isOwn && html`<${Extending} request=${request} />`}
      <details><summary>${title}</summary><${Act} label="Comment" buttons=${[{ title, kind: "stop", act: decide("cancel") }]} /></details>`;
  }
  if (hasVoted) return html`<p class="hint">You have approved; it needs ${request.quorum - request.approvals.length} more.</p>`;
  return html`<${Act} bar label="Comment" buttons=${[
    { title: "Deny", kind: "stop", act: decide("deny") },
    { title: "Approve", kind: "go", act: decide("approve") },
  ]} />`;
}
