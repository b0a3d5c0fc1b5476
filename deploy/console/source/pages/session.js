/** One session: what it is, what led to it and what became of it, and its revocation. */

import { html } from "htm/preact";
import { get } from "../api.js";
import { timeline } from "../grouping.js";
import { useLoaded } from "../loading.js";
import { Facts, Failure, may, Said, Status, Time } from "../parts.js";
import { Revoking } from "./revoking.js";

/** The request or the break-glass event that a session is based on; nothing where there is no such grant, or it may not be seen. @param {any} session @param {AbortSignal} signal */
async function grantOf({ via, grant_id: id }, signal) {
  if (!id) return {};
  try {
    return await get(via === "approval" ? `/v1/requests/${id}` : `/v1/break-glass/${id}`, {}, signal);
  } catch {
    return {};
  }
}

/** @param {{id: string, me: any}} props */
export function OneSession({ id, me }) {
  const { data, error, reload } = useLoaded((signal) => get(`/v1/sessions/${id}`, {}, signal), [id], 3_000);
  const session = data?.session;
  const grant = useLoaded((signal) => (session ? grantOf(session, signal) : Promise.resolve({})), [session?.grant_id], 60_000);
  if (!session) return html`<section><h1>Session</h1><${Failure} error=${error} /></section>`;
  const isOver = session.status !== "active";
  return html`<section>
    <h1>${session.profile} of <${Said}>${session.user}<//></h1>
    <${Failure} error=${error} />
    <p role="status" class=${session.revoked ? "news" : ""}><${Status} status=${session.status} /> ${session.revoked
      ? html`Revoked by <${Said}>${session.revoked.by}<//> <${Time} at=${session.revoked.at} />: <${Said}>${session.revoked.comment}<//>`
      : !isOver && html`ends <${Time} at=${session.ends_at} />`}</p>
    ${data.current === false && html`<p class="hint">A vend of this profile would be of another role today.</p>`}
    <h2>Timeline</h2>
    <ol class="timeline">${timeline(session, grant.data?.request, grant.data?.event).map(
      (step) => html`<li key=${step.at + step.what}><${Time} at=${step.at} /> <b>${step.what}</b>${step.by && html` by <${Said}>${step.by}<//>`}
        ${step.said && html`: <${Said}>${step.said}<//>`}</li>`,
    )}</ol>
    ${session.grant_id && html`<p><a href=${`#/${session.via === "approval" ? "approvals" : "emergencies"}/${session.grant_id}`}>${
      session.via === "approval" ? "The request" : "The break-glass event"}</a></p>`}
    <${Facts} rows=${[
      ["By", `${session.via}${session.rule ? `, rule ${session.rule}` : ""}`],
      ["Role", session.role_arn],
      ["Caller", html`<${Said}>${session.caller_arn}<//>`],
      ["From", session.source_ip],
      ["Stamp", session.stamp],
      ["Id", session.id],
    ]} />
    ${(!isOver || session.status === "revoked") && (may(me, "revoke") || me?.user === session.user) && html`<${Revoking}
      target="session" name=${session.user} id=${id} isOver=${isOver} me=${me} onDone=${reload} />`}
  </section>`;
}
