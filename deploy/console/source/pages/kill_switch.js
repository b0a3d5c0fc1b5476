/** The kill switch, account by account, and writing it again. */

import { html } from "htm/preact";
import { get, post } from "../api.js";
import { Press } from "../forms.js";
import { useLoaded } from "../loading.js";
import { Failure, may, Names, Status } from "../parts.js";
import { counted } from "../words.js";

const WORDS = /** @type {Record<string, string>} */ ({
  applied: "written just now; IAM spreads it within seconds",
  unchanged: "says what it should",
  behind: "does not say what it should",
  partial: "some accounts failed",
  failed: "failed",
  off: "no account is configured",
});

/** Its state: live where one may see it, else as the answer gave it. @param {{first?: any, me: any}} props */
export function SwitchState({ first, me }) {
  const seesIt = may(me, "read") || may(me, "revoke");
  const { data, error, reload } = useLoaded(
    (signal) => (seesIt ? get("/v1/kill-switch", {}, signal) : Promise.resolve({ kill_switch: first ?? null })), [seesIt], 5_000);
  const found = data?.kill_switch ?? first;
  if (!found) return html`<${Failure} error=${error} />`;
  const sync = async () => {
    await post("/v1/kill-switch/sync");
    reload();
  };
  return html`<h2>Kill switch</h2><${Failure} error=${error} />
    <p><${Status} status=${found.status} /> ${WORDS[found.status]}; ${counted(found.revocations, "revocation")}, ${found.room} % room</p>
    ${found.widened.length ? html`<p>Also ended, because the policy had to fit: <${Names} names=${found.widened} last="and" /></p>` : null}
    <div class="scroll" tabindex="0" role="region" aria-label="Accounts"><table>
      <thead><tr><th scope="col">Account</th><th scope="col">State</th><th scope="col">Detail</th></tr></thead>
      <tbody>${found.accounts.map(
        (/** @type {any} */ each) => html`<tr key=${each.account}><td>${each.account}</td><td><${Status} status=${each.status} /></td><td>${each.detail ?? WORDS[each.status]}</td></tr>`,
      )}</tbody></table></div>
    ${["behind", "partial", "failed"].includes(found.status) && html`<${Press} title="Write it again" act=${sync} />`}`;
}
