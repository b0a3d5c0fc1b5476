/** Break-glass events: declaring one, closing it, and the review by another person. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { Act, Choice, Failure, Said, Status, Time, useLoaded } from "../parts.js";
import { span } from "../words.js";

/** @param {{id?: string}} props */
export const Emergencies = ({ id }) => (id ? html`<${OneEvent} id=${id} />` : html`<${Events} />`);

const VIEWS = { mine: "mine", reviewable: "those I can review", all: "everyone's" };

function Events() {
  const [view, setView] = useState("mine");
  const { data, error, reload } = useLoaded((signal) => get("/v1/break-glass", { view }, signal), [view]);
  return html`<section>
    <h1>Break-glass</h1>
    <${Choice} label="Show" value=${view} options=${VIEWS} onChoose=${setView} />
    <${Failure} error=${error} />
    ${data && !data.events.length && html`<p class="empty">No event.</p>`}
    <ul class="cards">${(data?.events ?? []).map(
      (/** @type {any} */ each) => html`<li key=${each.id}><a class="card" href=${`#/emergencies/${each.id}`}>
        <b><${Said}>${each.user}<//></b> on <b>${each.profile}</b> <${Status} status=${each.status} />
        <${Said}>${each.justification}<//><small>${each.reason}, <${Time} at=${each.created_at} /></small></a></li>`,
    )}</ul>
    <${Declare} reload=${reload} />
  </section>`;
}

const REASONS = { incident: "incident", security: "security", recovery: "recovery", maintenance: "maintenance", other: "other" };

/** @param {{reload: () => void}} props */
function Declare({ reload }) {
  const [profile, setProfile] = useState("");
  const [reason, setReason] = useState("incident");
  const declare = async (/** @type {string} */ justification) => {
    await post("/v1/break-glass", { profile, reason, justification });
    reload();
  };
  return html`<details><summary>Declare an emergency</summary>
    <p>You get the profile at once, without an approval. Subscribers are notified at once, and another person reviews it.</p>
    <label>Profile <input value=${profile} maxlength="64" autocomplete="off"
      onInput=${(/** @type {any} */ event) => setProfile(event.target.value)} /></label>
    <${Choice} label="Reason" value=${reason} options=${REASONS} onChoose=${setReason} />
    <${Act} label="Justification" required buttons=${[{ title: "Break glass", kind: "stop", act: declare }]} /></details>`;
}

/** @param {{id: string}} props */
function OneEvent({ id }) {
  const { data, error, reload } = useLoaded((signal) => get(`/v1/break-glass/${id}`, {}, signal), [id], 3_000);
  const event = data?.event;
  if (!event) return html`<section><h1>Event</h1><${Failure} error=${error} /></section>`;
  /** @param {string} verb */
  const step = (verb) => async (/** @type {string} */ comment) => {
    await post(`/v1/break-glass/${id}/${verb}`, comment ? { comment } : {});
    reload();
  };
  const awaits = event.review_required && !event.review && event.status !== "active";
  return html`<section>
    <h1>${event.profile} by <${Said}>${event.user}<//></h1>
    <${Failure} error=${error} />
    <p><${Status} status=${event.status} /></p>
    <blockquote><${Said}>${event.justification}<//></blockquote>
    <dl>
      <dt>Reason</dt><dd>${event.reason}</dd>
      <dt>Began</dt><dd><${Time} at=${event.created_at} /></dd>
      <dt>Ends</dt><dd><${Time} at=${event.window.ends_at} /> (${span(event.duration_s)})</dd>
      <dt>Rule</dt><dd>${event.rule}</dd>
      <dt>Ended</dt><dd>${event.ended ? html`<${Time} at=${event.ended.at} /> by <${Said}>${event.ended.by ?? "time"}<//>` : "–"}</dd>
      <dt>Review</dt><dd>${event.review ? html`<${Said}>${event.review.by}<//>: <${Said}>${event.review.comment}<//>` : awaits ? "awaited" : "–"}</dd>
    </dl>
    ${event.status === "active" && html`<${Act} label="Comment" buttons=${[{ title: "Close", kind: "stop", act: step("close") }]} />`}
    ${awaits && html`<${Act} label="Comment" buttons=${[{ title: "Reviewed", kind: "go", act: step("review") }]} />`}
  </section>`;
}
