/** The response to an incident: everyone's sessions of a user or a profile, lockouts, and whether the kill switch holds. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { call, get, post } from "../api.js";
import { Act, Choice, Failure, Said, Status, Time, useLoaded } from "../parts.js";

const TARGETS = { user: "a user", profile: "a profile", all: "everyone" };
const LIMIT = { "1h": "an hour", "24h": "a day", "": "until it is lifted" };

export function Response() {
  const lockouts = useLoaded((signal) => get("/v1/lockouts", {}, signal), []);
  const [target, setTarget] = useState("user");
  const [name, setName] = useState("");
  const [limit, setLimit] = useState("24h");
  const [outcome, setOutcome] = useState(/** @type {any} */ (null));
  const about = target === "all" ? { all: true } : { [target]: name };
  const revoke = async (/** @type {string} */ reason) => {
    setOutcome(await post("/v1/revocations", { ...about, reason }));
    lockouts.reload();
  };
  const lock = async (/** @type {string} */ reason) => {
    setOutcome(await post("/v1/lockouts", { ...about, reason, ...(limit ? { duration: limit } : {}) }));
    lockouts.reload();
  };
  return html`<section>
    <h1>Incident</h1>
    <${Choice} label="Stop" value=${target} options=${TARGETS} onChoose=${setTarget} />
    ${target !== "all" && html`<label>Name <input value=${name} maxlength="256" autocomplete="off"
      onInput=${(/** @type {any} */ event) => setName(event.target.value)} /></label>`}
    <p class="hint">Revoke ends every session now: the kill switch denies their credentials in every account within seconds.
      Lock refuses new credentials.</p>
    <${Choice} label="Lock for" value=${limit} options=${LIMIT} onChoose=${setLimit} />
    <${Act} label="Reason" required buttons=${[
      { title: "Revoke", kind: "stop", act: revoke },
      { title: "Lock", kind: "stop", act: lock },
    ]} />
    ${outcome && html`<${Outcome} outcome=${outcome} />`}
    <h2>Lockouts in force</h2>
    <${Failure} error=${lockouts.error} />
    <ul class="cards">${(lockouts.data?.lockouts ?? []).map(
      (/** @type {any} */ each) => html`<${Lockout} key=${each.id} lockout=${each} reload=${lockouts.reload} />`,
    )}</ul>
    <${Switch} />
  </section>`;
}

/** What came of it, also what did not: names never seen, accounts that failed, notifications that were not sent. @param {{outcome: any}} props */
function Outcome({ outcome }) {
  const { known, notified, kill_switch: kill, revocation } = outcome;
  const unsent = Object.entries(notified ?? {}).filter(([, sent]) => !sent);
  return html`<div role="status" class="card">
    <p>${revocation ? "Revoked." : "Locked."} ${kill && html`Kill switch: <${Status} status=${kill.status} />`}</p>
    ${known?.seen === false && html`<p>Nothing of this name was ever seen.${known.near.length ? html` Meant was perhaps <${Said}>${known.near.join(", ")}<//>.` : ""}</p>`}
    ${kill?.widened?.length ? html`<p>Also ended, because the policy had to fit: <${Said}>${kill.widened.join(", ")}<//></p>` : null}
    ${unsent.length ? html`<p>Not notified: ${unsent.map(([name]) => name).join(", ")}</p>` : null}
  </div>`;
}

/** @param {{lockout: any, reload: () => void}} props */
function Lockout({ lockout, reload }) {
  const lift = async (/** @type {string} */ comment) => {
    /** @type {Record<string, string>} */
    const query = lockout.target === "all" ? { all: "true" } : { [lockout.target]: lockout.name };
    if (comment) query.comment = comment;
    await call("DELETE", "/v1/lockouts", { query });
    reload();
  };
  return html`<li class="card"><b>${lockout.target} <${Said}>${lockout.name ?? ""}<//></b> <${Said}>${lockout.reason}<//>
    <small>by <${Said}>${lockout.by}<//> <${Time} at=${lockout.at} />, until ${lockout.ends_at ? html`<${Time} at=${lockout.ends_at} />` : "it is lifted"}</small>
    <details><summary>Lift</summary><${Act} label="Comment" buttons=${[{ title: "Lift this lockout", act: lift }]} /></details></li>`;
}

function Switch() {
  const { data, error, reload } = useLoaded((signal) => get("/v1/kill-switch", {}, signal), [], 15_000);
  const found = data?.kill_switch;
  const sync = async () => {
    await post("/v1/kill-switch/sync");
    reload();
  };
  return html`<h2>Kill switch</h2><${Failure} error=${error} />
    ${found && html`<p><${Status} status=${found.status} /> ${found.revocations} revocations, ${found.room} % room</p>
    <div class="scroll"><table><thead><tr><th>Account</th><th>State</th><th>Detail</th></tr></thead><tbody>${found.accounts.map(
      (/** @type {any} */ each) => html`<tr key=${each.account}><td>${each.account}</td><td><${Status} status=${each.status} /></td><td>${each.detail ?? "–"}</td></tr>`,
    )}</tbody></table></div>
    ${["behind", "partial", "failed"].includes(found.status) && html`<button type="button" onClick=${sync}>Write it again</button>`}`}`;
}
