/** Break-glass events: declaring one, closing it, and the review by another person. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { Act, Choice, Field } from "../forms.js";
import { useLoaded } from "../loading.js";
import { Facts, Failure, may, Said, Status, Time } from "../parts.js";
import { span } from "../words.js";

/** @param {{about?: string, me: any}} props */
export const Emergencies = ({ about, me }) => (about ? html`<${OneEvent} id=${about} me=${me} />` : me && html`<${Events} me=${me} />`);

/** @param {{me: any}} props */
function Events({ me }) {
  const all = may(me, "read") ? { all: "everyone's" } : { visible: "all that I may see" };
  const [view, setView] = useState(Object.keys(all)[0]);
  const views = { ...all, mine: "mine", reviewable: "those I can review" };
  const { data, error, reload } = useLoaded((signal) => get("/v1/break-glass", { view }, signal), [view]);
  return html`<section>
    <h1>Break-glass</h1>
    <${Choice} label="Show" value=${view} options=${views} onChoose=${setView} />
    <${Failure} error=${error} />
    ${data && !data.events.length && html`<p class="empty">No event.</p>`}
    <ul class="cards">${(data?.events ?? []).map(
      (/** @type {any} */ each) => html`<li key=${each.id}><a class="card" href=${`#/emergencies/${each.id}`}>
        <b><${Said}>${each.user}<//></b> on <b>${each.profile}</b> <${Status} status=${each.status} />
        <${Said}>${each.justification}<//><small>${each.reason}, <${Time} at=${each.created_at} />${
          each.review_required && !each.review ? ", review awaited" : ""}</small></a></li>`,
    )}</ul>
    <${Declare} reload=${reload} />
  </section>`;
}

const REASONS = { incident: "incident", security: "security", recovery: "recovery", maintenance: "maintenance", other: "other" };

/** @param {{reload: () => void}} props */
function Declare({ reload }) {
  const catalogue = useLoaded((signal) => get("/profiles", {}, signal), [], 60_000);
  const [profile, setProfile] = useState("");
  const [reason, setReason] = useState("incident");
  const declare = async (/** @type {string} */ justification) => {
    if (!profile.trim()) throw new Error("Name the profile that you need.");
    await post("/v1/break-glass", { profile: profile.trim(), reason, justification });
    reload();
  };
  return html`<details><summary>Declare an emergency</summary>
    <p>You get the profile at once, without an approval. Subscribers are notified at once, and another person reviews it.</p>
    <${Field} label="Profile" value=${profile} onText=${setProfile} most=${64}
      options=${(catalogue.data?.profiles ?? []).map((/** @type {any} */ each) => each.name)} />
    <${Choice} label="Reason" value=${reason} options=${REASONS} onChoose=${setReason} />
    <${Act} label="Justification" required buttons=${[{ title: "Break glass", kind: "stop", act: declare }]} /></details>`;
}

/** @param {{id: string, me: any}} props */
function OneEvent({ id, me }) {
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
    <p role="status"><${Status} status=${event.status} />${awaits ? " A review is awaited." : ""}</p>
    <${Facts} rows=${[
      ["Reason", event.reason],
      ["Began", html`<${Time} at=${event.created_at} />`],
      ["Ends", html`<${Time} at=${event.window.ends_at} /> (${span(event.duration_s)})`],
      ["Rule", event.rule],
      ["Ended", event.ended && html`<${Time} at=${event.ended.at} /> by <${Said}>${event.ended.by ?? "time"}<//>${event.ended.comment && html`: <${Said}>${event.ended.comment}<//>`}`],
      ["Review", event.review ? html`<${Said}>${event.review.by}<//>: <${Said}>${event.review.comment ?? "no comment"}<//>` : awaits ? "awaited" : null],
    ]} />
    <blockquote><${Said}>${event.justification}<//></blockquote>
    ${event.status === "active" && html`<${Act} bar label="Comment" buttons=${[{ title: "Close", kind: "stop", act: step("close") }]} />`}
    ${awaits && me && (event.user === me.user
      ? html`<p class="hint">Another person reviews it.</p>`
      : html`<${Act} bar label="Comment" buttons=${[{ title: "Reviewed", kind: "go", act: step("review") }]} />`)}
  </section>`;
}
