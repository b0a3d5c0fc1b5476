/** Who has what right now: active sessions, sought and grouped. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { Choice, Field } from "../forms.js";
import { grouped, sought } from "../grouping.js";
import { list, useLoaded } from "../loading.js";
import { Failure, may, Said, Time } from "../parts.js";
import { counted } from "../words.js";
import { Outcome, Revoking } from "./revoking.js";
import { OneSession } from "./session.js";

/** @param {{about?: string, me: any}} props */
export const Sessions = ({ about, me }) => (about ? html`<${OneSession} id=${about} me=${me} />` : me ? html`<${Live} me=${me} />` : null);

const WHOSE = { all: "everyone's", mine: "mine" };
const GROUPS = { user: "by user", profile: "by profile" };

/** @param {{me: any}} props */
function Live({ me }) {
  const seesAll = may(me, "read");
  const [view, setView] = useState(seesAll ? "all" : "mine");
  const [key, setKey] = useState("user");
  const [text, setText] = useState("");
  const [outcome, setOutcome] = useState(/** @type {any} */ (null));
  const { data, error, reload } = useLoaded((signal) => list("/v1/sessions", "sessions", { view, status: "active" }, signal), [view]);
  const found = sought(data?.rows ?? [], text);
  return html`<section>
    <h1>Sessions</h1>
    <div class="filters">
      ${seesAll && html`<${Choice} label="Whose" value=${view} options=${WHOSE} onChoose=${setView} />`}
      <${Choice} label="Group" value=${key} options=${GROUPS} onChoose=${setKey} />
      <${Field} label="Find" type="search" value=${text} onText=${setText} />
    </div>
    <${Failure} error=${error} />
    ${outcome && html`<${Outcome} outcome=${outcome} me=${me} />`}
    <p role="status">${data && (found.length ? `${counted(found.length, "session")}${data.more ? ", the newest" : ""}.` : "No session is active.")}</p>
    ${grouped(found, key).map(([name, rows]) => html`<${Group} key=${name} name=${name} rows=${rows} by=${key} me=${me} reload=${reload} onOutcome=${setOutcome} />`)}
  </section>`;
}

/** The outcome of a revocation is shown above: the group is gone then. @param {{name: string, rows: any[], by: string, me: any, reload: () => void, onOutcome: (outcome: any) => void}} props */
const Group = ({ name, rows, by, me, reload, onOutcome }) => html`<h2><${Said}>${name}<//> <small>${rows.length}</small></h2>
  <ul class="rows">${rows.map(
    (each) => html`<li key=${each.id}><a href=${`#/sessions/${each.id}`}>${by === "user" ? each.profile : html`<${Said}>${each.user}<//>`}</a>
      ${" "}${each.via} <small>since <${Time} at=${each.issued_at} />, ends <${Time} at=${each.ends_at} /></small></li>`,
  )}</ul>
  ${(may(me, "revoke") || (by === "user" && name === me.user)) && html`<${Revoking} target=${by} name=${name} me=${me} onDone=${reload} onOutcome=${onOutcome} />`}`;
