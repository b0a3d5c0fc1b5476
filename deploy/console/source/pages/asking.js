/** The form of a request, with what the approval rule takes: how long, a ticket, from when, who decides. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { Act, Choice, Field } from "../forms.js";
import { useLoaded } from "../loading.js";
import { Failure, Names } from "../parts.js";
import { instant, lengths, span } from "../words.js";

const STARTS = { now: "as soon as it is approved", later: "at a time" };

/** @param {{profile: string, onClose: () => void, reload: () => void}} props */
export function Asking({ profile, onClose, reload }) {
  const { data, error } = useLoaded(() => post("/v1/explain", { profile }), [profile], 60_000);
  if (!data) return html`<${Failure} error=${error} />`;
  if (!data.approval) return html`<p class="failure" role="alert">No one can approve ${profile} for you now: its approval rule names no one else.</p>`;
  return html`<${Form} profile=${profile} terms=${data.approval} onClose=${onClose} reload=${reload} />`;
}

/** @param {{profile: string, terms: any, onClose: () => void, reload: () => void}} props */
function Form({ profile, terms, onClose, reload }) {
  const [duration, setDuration] = useState(`${Math.min(3600, terms.max_duration_s)}s`);
  const [ticket, setTicket] = useState("");
  const [start, setStart] = useState("now");
  const [at, setAt] = useState("");
  const send = async (/** @type {string} */ reason) => {
    /** @type {Record<string, string>} */
    const body = { profile, reason, duration };
    if (ticket.trim()) body.ticket = ticket.trim();
    if (start === "later") {
      if (!at) throw new Error("Say from when, in your own time.");
      body.starts_at = instant(Date.parse(at));
    }
    await post("/v1/requests", body);
    onClose();
    reload();
  };
  const lookup = terms.ticket_lookup;
  const like = terms.ticket ? `Ticket, like ${terms.ticket}` : "Ticket, if there is one";
  return html`${lookup?.state === "unusable" && html`<p class="failure" role="alert">No request for ${profile} is accepted now: its ticket cannot be looked up, because the document tickets/${lookup.name} is missing or not valid. Only the platform team can fix it.</p>`}
    <p><b>${terms.quorum}</b> of <${Names} names=${terms.approvers} /> ${terms.quorum === 1 ? "decides" : "decide"}, within
      ${" "}${span(terms.pending_s)}. It is given for at most ${span(terms.max_duration_s)}${terms.uses === "once" ? ", for one session" : ""}.</p>
    <${Act} label="Reason" required buttons=${[
      { title: "Send the request", kind: "go", act: send },
      { title: "Cancel", act: onClose },
    ]}>
      <${Choice} label="For" value=${duration} options=${lengths(terms.max_duration_s)} onChoose=${setDuration} />
      <${Choice} label="From" value=${start} options=${STARTS} onChoose=${setStart} />
      ${start === "later" && html`<${Field} label="Begin, in your own time" type="datetime-local" value=${at} onText=${setAt} />`}
      <${Field} label=${lookup ? `${like}, looked up in ${lookup.name}` : like} value=${ticket} onText=${setTicket} most=${64} />
    <//>`;
}
