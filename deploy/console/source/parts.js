/** Parts of pages. Every value is a text node: htm and preact make no HTML of it. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { ApiError } from "./api.js";
import { exact, relative } from "./words.js";

/** Text of people: isolated, so that its direction cannot change what surrounds it. @param {{children?: any}} props */
export const Said = ({ children }) => html`<bdi class="said">${children}</bdi>`;

/** Several names, each isolated. @param {{names: string[], last?: string}} props */
export const Names = ({ names, last = "or" }) =>
  names.map((name, index) => html`${index ? (index === names.length - 1 ? ` ${last} ` : ", ") : ""}<${Said}>${name}<//>`);

/** @param {{at: string | null}} props */
export const Time = ({ at }) => (at ? html`<time datetime=${at} title=${exact(at)}>${relative(at)}</time>` : "–");

/** @param {{status: string}} props */
export const Status = ({ status }) => html`<span class=${`status ${status}`}>${status.replaceAll("_", " ")}</span>`;

/** @param {{error: Error | null}} props */
export function Failure({ error }) {
  if (!error) return null;
  const hint = error instanceof ApiError ? error.hint : "";
  return html`<div class="failure" role="alert"><p>${error.message}</p>${hint && html`<p class="hint">${hint}</p>`}</div>`;
}

/** Facts as a list of terms; a fact that is not there is a dash. @param {{rows: [string, any][]}} props */
export const Facts = ({ rows }) => html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value ?? "–"}</dd>`)}</dl>`;

/** A command, and a button that copies it. @param {{text: string}} props */
export function Copied({ text }) {
  const [done, setDone] = useState("");
  const copy = () => navigator.clipboard.writeText(text).then(() => setDone("copied"), () => setDone("copy it by hand"));
  return html`<p class="command"><code>${text}</code> <button type="button" onClick=${copy}>Copy</button> <span role="status">${done}</span></p>`;
}

/** @param {{permissions: string[]} | null} me @param {string} permission */
export const may = (me, permission) => Boolean(me?.permissions.includes(permission));
