/** What this person may have: the catalogue by what they can do with it now, and why not the rest. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api.js";
import { AwsConsole } from "../aws_console.js";
import { useLoaded } from "../loading.js";
import { Copied, Failure, Said, Status, Time } from "../parts.js";
import { HEADINGS, shelves } from "../standing.js";
import { Asking } from "./asking.js";

/** @param {AbortSignal} signal */
const ownGrants = async (signal) => {
  const [{ requests }, { events }] = await Promise.all([
    get("/v1/requests", { view: "mine" }, signal),
    get("/v1/break-glass", { view: "mine", status: "active" }, signal),
  ]);
  return { requests, events };
};

export function Access() {
  const catalogue = useLoaded((signal) => get("/profiles", {}, signal), [], 15_000);
  const own = useLoaded(ownGrants, [], 4_000);
  const found = catalogue.data && own.data ? shelves(catalogue.data.profiles, own.data.requests, own.data.events) : [];
  return html`<section>
    <h1>My access</h1>
    <${Failure} error=${catalogue.error ?? own.error} />
    <${Changes} shelves=${found} />
    ${catalogue.data && !catalogue.data.profiles.length && html`<p class="empty">The catalogue is empty.</p>`}
    ${found.map(([state, each]) => html`<h2 key=${state}>${HEADINGS[state]}</h2>
      <ul class="cards">${each.map(({ profile, standing }) => html`<${Profile} key=${profile.name}
        profile=${profile} standing=${standing} reload=${own.reload} />`)}</ul>`)}
  </section>`;
}

/** Says what has become usable, or is not any more, since the page was opened. @param {{shelves: [string, any[]][]}} props */
function Changes({ shelves: found }) {
  const before = useRef(/** @type {string[] | null} */ (null));
  const [said, setSaid] = useState("");
  const usable = found.filter(([state]) => state === "usable").flatMap(([, each]) => each.map(({ profile }) => profile.name));
  useEffect(() => {
    if (!found.length) return;
    const known = before.current;
    before.current = usable;
    if (known === null) return;
    const news = usable.filter((each) => !known.includes(each)).map((each) => `${each} is usable now.`);
    const gone = known.filter((each) => !usable.includes(each)).map((each) => `${each} is not usable any more.`);
    if (news.length + gone.length) setSaid([...news, ...gone].join(" "));
  }, [usable.join(), found.length]);
  return html`<p role="status" class=${said ? "news" : ""}>${said}</p>`;
}

/** @param {{profile: any, standing: any, reload: () => void}} props */
function Profile({ profile, standing: { state, until, grant }, reload }) {
  const [asking, setAsking] = useState(false);
  return html`<li class="card">
    <h3>${profile.name} <${Status} status=${state === "approval" ? "on request" : state} /></h3>
    ${profile.description && html`<p><${Said}>${profile.description}<//></p>`}
    <p class="hint">${profile.account} ${profile.region} ${profile.account ? "· " : ""}<${Said}>${profile.reason}<//></p>
    ${until && html`<p>Ends <${Time} at=${until} /></p>`}
    ${state === "later" && html`<p>Begins <${Time} at=${grant.window.starts_at} /></p>`}
    ${state === "waiting" && html`<p>Asked <${Time} at=${grant.created_at} />; it lapses <${Time} at=${grant.pending_until} />.</p>`}
    ${(state === "waiting" || state === "later") && html`<p><a href=${`#/approvals/${grant.id}`}>The request</a></p>`}
    ${state === "usable" && html`<${Copied} text=${`sentinel exec ${profile.name}`} />`}
    ${state === "usable" && html`<${AwsConsole} profile=${profile.name} />`}
    ${state === "approval" && !asking && html`<button type="button" onClick=${() => setAsking(true)}>Request ${profile.name}</button>`}
    ${asking && state === "approval" && html`<${Asking} profile=${profile.name} onClose=${() => setAsking(false)} reload=${reload} />`}
    ${state !== "usable" && html`<p><a href=${`#/policy/${profile.name}`}>What the policy says of ${profile.name}</a></p>`}
  </li>`;
}
