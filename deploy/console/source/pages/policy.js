/** Who may what: what a vend would decide, rule by rule, for oneself and, with the permission to read, for others. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { Choice, Field } from "../forms.js";
import { useLoaded } from "../loading.js";
import { Facts, Failure, may, Names, Said, Status } from "../parts.js";
import { span } from "../words.js";

/** @param {{about?: string, me: any}} props */
export function Policy({ about, me }) {
  const catalogue = useLoaded((signal) => get("/profiles", {}, signal), [], 60_000);
  const names = (catalogue.data?.profiles ?? []).map((/** @type {any} */ each) => each.name);
  const profile = about ?? names[0];
  const [user, setUser] = useState("");
  const [asked, setAsked] = useState("");
  const options = Object.fromEntries([...new Set([...names, ...(about ? [about] : [])])].map((each) => [each, each]));
  return html`<section>
    <h1>Policy</h1>
    <${Failure} error=${catalogue.error} />
    ${profile && html`<${Choice} label="Profile" value=${profile} options=${options} onChoose=${(/** @type {string} */ name) => (location.hash = `#/policy/${name}`)} />`}
    ${may(me, "read") && html`<form class="filters" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), setAsked(user.trim()))}>
      <${Field} label="For another user" value=${user} onText=${setUser} /><button>Explain</button></form>`}
    ${profile && html`<${Explained} key=${`${profile}/${asked}`} profile=${profile} user=${asked} />`}
  </section>`;
}

/** @param {string} profile @param {string} user empty for oneself */
const explain = (profile, user) => post("/v1/explain", user ? { profile, user } : { profile });

/** @param {{profile: string, user: string}} props */
function Explained({ profile, user }) {
  const { data, error } = useLoaded(() => explain(profile, user), [profile, user], 30_000);
  return html`<${Failure} error=${error} />${data && html`<${Account} found=${data} />`}`;
}

const REFUSALS = /** @type {Record<string, string>} */ ({
  denied: "is refused: no rule gives it, or one denies it",
  approval_required: "needs an approval",
  locked_out: "is refused: a lockout is in force",
});

/** @param {any} outcome */
const outcomeWords = ({ result, via, duration_s: seconds, code }) =>
  result === "issue" ? `is given for ${span(seconds)}${via === "direct" ? "" : `, by ${via}`}` : REFUSALS[code] ?? `is refused: ${code}`;

/** @param {{found: any}} props */
const Account = ({ found }) => html`<p role="status"><b><${Said}>${found.user}<//></b>: <b>${found.profile}</b> ${outcomeWords(found.outcome)}.</p>
  <${Facts} rows=${[
    ["Rule", found.rule ?? "none matches"],
    ["Catalogue", found.catalogue],
    ["Locked out", found.locked_out ? "yes" : "no"],
    ["Policy", found.policy_version],
  ]} />
  ${found.approval && html`<p>${found.approval.quorum} of <${Names} names=${found.approval.approvers} /> ${found.approval.quorum === 1 ? "approves" : "approve"}, by rule ${found.approval.rule}, for at most ${span(found.approval.max_duration_s)}.</p>`}
  <h2>Rules, in their order</h2>
  <ol class="rules">${found.rules.map((/** @type {any} */ rule) => html`<${Rule} key=${rule.name} rule=${rule} />`)}</ol>
  ${!found.rules.length && html`<p class="empty">No rule is about this user and this profile.</p>`}`;

const HOLDS = /** @type {Record<string, string>} */ ({ true: "holds", false: "does not hold", null: "is not known" });

/** @param {{rule: any}} props */
const Rule = ({ rule }) => html`<li class=${rule.decides ? "decides" : ""}><b>${rule.name}</b> <${Status} status=${rule.effect} />
  ${" "}${rule.decides ? "decides" : rule.matched ? "matches" : "does not match"}${rule.shadow ? ", a shadow" : ""}
  <ul>${rule.conditions.map((/** @type {any} */ each) => html`<li key=${each.name}>${each.name.replaceAll("_", " ")} ${HOLDS[String(each.holds)]}${each.words && html`: <${Said}>${each.words}<//>`}</li>`)}</ul></li>`;

/** What a vend would decide for a requester now, for an approver who may read it. @param {{me: any, profile: string, user: string}} props */
export const WhyNow = ({ me, profile, user }) => (may(me, "read")
  ? html`<details><summary>What the policy says now</summary><${Explained} profile=${profile} user=${user === me.user ? "" : user} /></details>`
  : null);
