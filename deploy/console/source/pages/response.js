/** The response to an incident: ending everything of a user, a profile or everyone, lockouts, and the kill switch. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { call, get, post } from "../api.js";
import { Act, Choice, Field } from "../forms.js";
import { useLoaded } from "../loading.js";
import { Failure, may, Said, Time } from "../parts.js";
import { SwitchState } from "./kill_switch.js";
import { Outcome, Revoking } from "./revoking.js";

const TARGETS = { user: "a user", profile: "a profile", all: "everyone" };
const LIMIT = { "1h": "an hour", "24h": "a day", "": "until it is lifted" };

/** @param {{me: any}} props */
export function Response({ me }) {
  const lockouts = useLoaded((signal) => get("/v1/lockouts", {}, signal), []);
  return html`<section>
    <h1>Incident</h1>
    ${(may(me, "lock") || may(me, "revoke")) && html`<${Stop} me=${me} reload=${lockouts.reload} />`}
    <h2>Lockouts in force</h2>
    <${Failure} error=${lockouts.error} />
    ${lockouts.data && !lockouts.data.lockouts.length && html`<p class="empty">No one is locked out.</p>`}
    ${lockouts.data?.unreadable.length ? html`<p class="failure">Not readable, and in force: ${lockouts.data.unreadable.join(", ")}</p>` : null}
    <ul class="cards">${(lockouts.data?.lockouts ?? []).map(
      (/** @type {any} */ each) => html`<${Lockout} key=${each.id} lockout=${each} me=${me} reload=${lockouts.reload} />`,
    )}</ul>
    ${(may(me, "read") || may(me, "revoke")) && html`<${SwitchState} me=${me} />`}
  </section>`;
}

/** @param {{me: any, reload: () => void}} props */
function Stop({ me, reload }) {
  const [target, setTarget] = useState(/** @type {"user" | "profile" | "all"} */ ("user"));
  const [name, setName] = useState("");
  const [limit, setLimit] = useState("24h");
  const [outcome, setOutcome] = useState(/** @type {any} */ (null));
  const about = target === "all" ? { all: true } : { [target]: name.trim() };
  const isNamed = target === "all" || name.trim() !== "";
  const lock = async (/** @type {string} */ reason) => {
    if (!isNamed) throw new Error(`Name the ${target}, as sentinel whoami does.`);
    setOutcome(await post("/v1/lockouts", { ...about, reason, ...(limit ? { duration: limit } : {}) }));
    reload();
  };
  return html`<${Choice} label="Stop" value=${target} options=${TARGETS} onChoose=${setTarget} />
    ${target !== "all" && html`<${Field} label="Name" value=${name} onText=${setName} />`}
    ${may(me, "revoke") && html`<h2>End what was issued</h2>
      ${isNamed ? html`<${Revoking} key=${target + name} target=${target} name=${name.trim()} me=${me} onDone=${reload} />`
        : html`<p class="hint">Name the ${target} first.</p>`}`}
    ${may(me, "lock") && html`<h2>Refuse new credentials</h2>
      <${Act} label="Reason" required buttons=${[{ title: "Lock", kind: "stop", act: lock }]}>
        <${Choice} label="Lock for" value=${limit} options=${LIMIT} onChoose=${setLimit} />
      <//>`}
    ${outcome && html`<${Outcome} outcome=${outcome} me=${me} />`}`;
}

/** @param {{lockout: any, me: any, reload: () => void}} props */
function Lockout({ lockout, me, reload }) {
  const lift = async (/** @type {string} */ comment) => {
    /** @type {Record<string, string>} */
    const query = lockout.target === "all" ? { all: "true" } : { [lockout.target]: lockout.name };
    if (comment) query.comment = comment;
    await call("DELETE", "/v1/lockouts", { query });
    reload();
  };
  return html`<li class="card"><b>${lockout.target} <${Said}>${lockout.name ?? ""}<//></b> <${Said}>${lockout.reason}<//>
    <small>by <${Said}>${lockout.by}<//> <${Time} at=${lockout.at} />${lockout.ends_at ? html`, ends <${Time} at=${lockout.ends_at} />` : ", until it is lifted"}</small>
    ${may(me, "lock") && html`<details><summary>Lift</summary><${Act} label="Comment" buttons=${[{ title: "Lift this lockout", act: lift }]} /></details>`}</li>`;
}
