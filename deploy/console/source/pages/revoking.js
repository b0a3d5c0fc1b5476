/** A revocation: the dialog that says what it will do, and afterwards what came of it, place by place. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { Act, Choice, Dialog } from "../forms.js";
import { may, Names, Said } from "../parts.js";
import { consequences } from "../words.js";
import { SwitchState } from "./kill_switch.js";

const TITLES = { session: "this session", user: "every session of", profile: "every session of", all: "every session of everyone" };
const LOCKS = { "": "no", "1h": "for an hour", "8h": "for 8 hours", "24h": "for a day" };

/**
 * @typedef {"session" | "user" | "profile" | "all"} Target
 * @param {{target: Target, name: string, id?: string, isOver?: boolean, me: any, onDone?: () => void, onOutcome?: (outcome: any) => void}} props
 *   `id` is the session's; of what `isOver` only the outcome is shown; where `onOutcome` takes it, it is shown there
 */
export function Revoking({ target, name, id, isOver = false, me, onDone = () => {}, onOutcome }) {
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState(/** @type {any} */ (null));
  const named = target === "user" || target === "profile" ? html` <${Said}>${name}<//>` : "";
  const done = (/** @type {any} */ found) => {
    (onOutcome ?? setOutcome)(found);
    setOpen(false);
    onDone();
  };
  return html`${!isOver && html`<p><button type="button" class="stop" onClick=${() => setOpen(true)}>Revoke ${TITLES[target]}${named}</button></p>`}
    <${Dialog} title=${html`Revoke ${TITLES[target]}${named}`} open=${open && !isOver} onClose=${() => setOpen(false)}>
      <${Decide} target=${target} name=${name} id=${id} me=${me} onDone=${done} />
    <//>
    ${outcome && html`<${Outcome} outcome=${outcome} me=${me} />`}`;
}

/** @param {{target: Target, name: string, id?: string, me: any, onDone: (outcome: any) => void}} props */
function Decide({ target, name, id, me, onDone }) {
  const [lock, setLock] = useState("");
  const revoke = async (/** @type {string} */ reason) => {
    const body = { reason, ...(lock ? { lock_for: lock } : {}) };
    if (target === "session") return onDone(await post(`/v1/sessions/${id}/revoke`, body));
    const about = target === "all" ? { all: true } : { [target]: name };
    onDone(await markAll(await post("/v1/revocations", { ...about, ...body })));
  };
  return html`<dl class="consequences">${consequences(target, name).map(([title, text]) => html`<dt>${title}</dt><dd>${text}</dd>`)}</dl>
    <${Act} label="Reason" required buttons=${[{ title: "Revoke now", kind: "stop", act: revoke }]}>
      ${may(me, "lock") && html`<${Choice} label=${`Also lock ${{ session: "the user", user: "the user", profile: "the profile", all: "everyone" }[target]} out`}
        value=${lock} options=${LOCKS} onChoose=${setLock} />`}
    <//>`;
}

const MOST_CALLS = 100;

/** It holds already; only the rows of sessions still have to say so. @param {any} outcome */
async function markAll(outcome) {
  let { revocation } = outcome;
  for (let call = 0; !revocation.complete && call < MOST_CALLS; call += 1) {
    ({ revocation } = await post(`/v1/revocations/${revocation.id}/continue`));
  }
  return { ...outcome, revocation };
}

/** What came of it, also what did not: names never seen, accounts that failed, notifications that were not sent. @param {{outcome: any, me: any}} props */
export function Outcome({ outcome, me }) {
  const { known, notified, kill_switch: found, revocation, lockout, session } = outcome;
  const sent = Object.entries(notified ?? {});
  return html`<div class="card" role="status">
    <p><b>${session || revocation ? "Revoked." : "Locked."}</b>${revocation && html` ${revocation.marked} sessions are marked${revocation.complete ? "" : ", and more will be"}.`}
      ${" "}In the table it holds from the next request on.</p>
    ${known?.seen === false && html`<p>Nothing of this name was ever seen.${known.near.length ? html` Meant was perhaps <${Names} names=${known.near} />.` : ""}</p>`}
    ${lockout && html`<p>Locked out: ${lockout.target} <${Said}>${lockout.name ?? ""}<//></p>`}
    ${found?.widened.length ? html`<p>Also ended, because the policy had to fit: <${Names} names=${found.widened} last="and" /></p>` : null}
    ${found?.uncovered.length ? html`<p>Not covered by the kill switch, because there is no room: <${Names} names=${found.uncovered} last="and" /></p>` : null}
    <p>Notifications: ${sent.length ? sent.map(([name, isSent], index) => `${index ? ", " : ""}${name} ${isSent ? "sent" : "not sent"}`) : "none is set up, or it was announced before"}</p>
  </div>
  ${found && html`<${SwitchState} first=${found} me=${me} />`}`;
}
