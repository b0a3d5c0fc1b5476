/** What an approval extends, what extends it, and for its holder the form that asks for more time. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { Act, Choice, Field } from "../forms.js";
import { isFuture, lengths } from "../words.js";

const LONGEST_S = 14400;
const LENGTHS = { "": "an hour, or what the rule leaves", ...lengths(LONGEST_S) };

/** The facts on what a request extends and on what extends it. @param {any} request @returns {[string, any][]} */
export const chain = (request) => [["Extends", request.extends], ["Extended by", request.extended_by]]
  .filter(([, id]) => id)
  .map(([name, id]) => [name, html`<a href=${`#/approvals/${id}`}>${id}</a>`]);

/** Asks to extend an approval of one's own while its window is open. @param {{request: any}} props */
export function Extending({ request }) {
  const [duration, setDuration] = useState("");
  const [ticket, setTicket] = useState(request.ticket ?? "");
  const { status, window, uses } = request;
  if (status !== "approved" || uses === "once" || isFuture(window.starts_at) || !isFuture(window.ends_at)) return null;
  const send = async (/** @type {string} */ reason) => {
    const body = { profile: request.profile, extends: request.id, reason, ...(duration && { duration }), ...(ticket.trim() && { ticket: ticket.trim() }) };
    location.hash = `#/approvals/${(await post("/v1/requests", body)).request.id}`;
  };
  return html`<details><summary>Extend it</summary>
    <p class="hint">Another request, which is decided as any: its window begins where this one ends, and it ends if this one is withdrawn.</p>
    <${Act} label="Reason" required buttons=${[{ title: "Ask for more time", kind: "go", act: send }]}>
      <${Choice} label="For" value=${duration} options=${LENGTHS} onChoose=${setDuration} />
      <${Field} label="Ticket, if there is one" value=${ticket} onText=${setTicket} most=${64} />
    <//></details>`;
}
