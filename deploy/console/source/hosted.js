/** The hosted console: people sign in before anything else is shown, and calls carry their token to the issuer's routes. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { connect } from "./api.js";
import { dropDrafts, keepDrafts, restoreDrafts } from "./drafts.js";
import { beginSignIn, completeSignIn, endAtProvider, whyNot } from "./login.js";
import { ENDED, openSession } from "./session.js";

/** @typedef {import("./config.js").Hosted} Hosted */

const HERE_ONLY = "You signed out of this page. Your identity provider may still know you: sign out there too, where others use this browser.";
const AWAY = { message: "Sentinel does not answer.", hint: "Check the network; the page tries again." };

/**
 * What a page without a sign-in says, whose the sign-in is, and who hears of changes.
 * @typedef {{why: string, who: string, changed: () => void}} State
 * @typedef {ReturnType<typeof openSession>} Session
 */

/**
 * Complete a sign-in that this page is the return from, or find one of this tab or another.
 * @param {Hosted} config @returns {Promise<any>} the component to show
 */
export async function openHosted(config) {
  /** @type {State} */
  const state = { why: "", who: "", changed: () => {} };
  const session = openSession((held, why, interrupted) => {
    if (interrupted) keepDrafts(state.who);
    else if (!held) dropDrafts();
    Object.assign(state, { why, who: held?.who ?? "" });
    state.changed();
  });
  state.who = session.held()?.who ?? "";
  try {
    const signedIn = await completeSignIn(config);
    if (signedIn) session.keep(signedIn);
  } catch (error) {
    state.why = whyNot(error);
  }
  if (!session.held()) await session.ask();
  connectSession(config, session);
  return pageOf(config, session, state);
}

/** Make calls with the session's token; a refusal of the token ends it. @param {Hosted} config @param {Session} session */
function connectSession(config, session) {
  connect({
    base: config.api,
    headers: () => /** @type {Record<string, string>} */ ({ Authorization: `Bearer ${session.held()?.token ?? ""}` }),
    away: AWAY,
    refused: (status, refusal) => {
      if (status === 401) session.end(ENDED);
      if (refusal.code === "unknown_caller") session.end(refusal.message ?? "Sentinel does not accept this sign-in.");
    },
  });
}

/** @param {Hosted} config @param {Session} session @param {State} state */
function pageOf(config, session, state) {
  const signOut = async () => {
    session.signOut();
    const isEnding = await endAtProvider(config).catch(() => false);
    if (isEnding || session.held()) return;
    state.why = HERE_ONLY;
    state.changed();
  };
  /** @param {{console: any}} props */
  return function Hosted({ console: Console }) {
    const [, redraw] = useState(0);
    const held = session.held();
    useEffect(() => {
      state.changed = () => redraw((count) => count + 1);
      if (session.held() !== held) state.changed();
    }, []);
    useEffect(() => {
      if (held) restoreDrafts(held.who);
    }, [held?.token]);
    return held ? html`<${Console} signOut=${signOut} />` : html`<${SignIn} config=${config} why=${state.why} />`;
  };
}

/** @param {{config: Hosted, why: string}} props */
function SignIn({ config, why }) {
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    setFailure("");
    try {
      await beginSignIn(config);
    } catch (error) {
      setFailure(whyNot(error));
      setBusy(false);
    }
  };
  useEffect(() => {
    document.title = "Sign in · Sentinel";
    document.querySelector("main")?.focus();
    // A page that the browser kept while it was away is as it was left.
    const back = () => setBusy(false);
    addEventListener("pageshow", back);
    return () => removeEventListener("pageshow", back);
  }, []);
  return html`<header><b>Sentinel</b></header>
    <main id="main" tabindex="-1"><h1>Sign in</h1>
      ${(failure || why) && html`<p class="failure" role="alert">${failure || why}</p>`}
      <p>You sign in at <b>${new URL(config.issuer).host}</b> and return to this page.</p>
      <div class="buttons"><button type="button" class="go" disabled=${busy} onClick=${begin}>Sign in</button></div>
    </main>`;
}
