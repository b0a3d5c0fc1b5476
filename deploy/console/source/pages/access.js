/** What this person may have: the catalogue, why not the rest, and asking for it. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { Act, Failure, Said, Status, Time, useLoaded } from "../parts.js";

export function Access() {
  const { data, error } = useLoaded((signal) => get("/profiles", {}, signal), [], 15_000);
  const own = useLoaded((signal) => get("/v1/requests", { view: "mine" }, signal), [], 4_000);
  const requests = (own.data?.requests ?? []).filter((/** @type {any} */ each) => ["pending", "approved"].includes(each.status));
  return html`<section>
    <h1>My access</h1>
    <${Failure} error=${error ?? own.error} />
    ${requests.map(
      (/** @type {any} */ each) => html`<p class="card" key=${each.id}>${each.profile} <${Status} status=${each.status} />
        ${each.window ? html` until <${Time} at=${each.window.ends_at} />` : html` asked <${Time} at=${each.created_at} />`}</p>`,
    )}
    <ul class="cards">${(data?.profiles ?? []).map(
      (/** @type {any} */ each) => html`<${Profile} key=${each.name} profile=${each} asked=${requests} reload=${own.reload} />`,
    )}</ul>
  </section>`;
}

/** @param {{profile: any, asked: any[], reload: () => void}} props */
function Profile({ profile, asked, reload }) {
  const [open, setOpen] = useState(false);
  const request = asked.find((each) => each.profile === profile.name);
  const usable = profile.access === "allowed" || request?.status === "approved";
  const ask = async (/** @type {string} */ reason) => {
    await post("/v1/requests", { profile: profile.name, reason });
    setOpen(false);
    reload();
  };
  return html`<li class="card">
    <h2>${profile.name} <${Status} status=${usable ? "usable" : profile.access} /></h2>
    <p>${profile.description && html`<${Said}>${profile.description}<//>`} <small>${profile.account} ${profile.region}</small></p>
    <p class="hint"><${Said}>${profile.reason}<//></p>
    ${usable && html`<${Copied} text=${`sentinel exec ${profile.name} -- aws sts get-caller-identity`} />`}
    ${!usable && profile.access === "approval" && !request && html`<button type="button" onClick=${() => setOpen(!open)}>Request</button>`}
    ${open && html`<${Act} label="Reason" required buttons=${[{ title: "Send the request", kind: "go", act: ask }]} />`}
  </li>`;
}

/** A command, and a button that copies it. @param {{text: string}} props */
function Copied({ text }) {
  const [done, setDone] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setDone(true));
  return html`<p class="command"><code>${text}</code> <button type="button" onClick=${copy}>${done ? "Copied" : "Copy"}</button></p>`;
}
