/** The hosted console: people sign in before anything else is shown, and calls carry their token to the issuer's routes. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { connect } from "./api.js";
import { dropDrafts, keepDrafts, restoreDrafts } from "./drafts.js";
import { beginSignIn, completeSignIn, endAtProvider, whyNot } from "./login.js";
import { ENDED, openSession } from "./session.js";

/** @typedef {import("./config.js").Hosted} Hosted */

const AWAY = { message: "Sentinel does not answer.", hint: "Check the network; the page tries again." };

/**
 * Complete a sign-in that this page is the return from, or find one of this tab or another.
 * @param {Hosted} config @returns {Promise<any>} the component to show
 */
export async function openHosted(config) {
  /** @type {(why: string) => void} */
  let show = () => {};
  let who = "";
  const session = openSession((held, why) => {
    if (!held && why !== ENDED && who) dropDrafts();
    if (!held && why === ENDED && who) keepDrafts(who);
    who = held?.who ?? "";
    show(why);
  });
  who = session.held()?.who ?? "";
  let said = "";
  try {
    const signedIn = await completeSignIn(config);
    if (signedIn) session.keep(signedIn);
  } catch (error) {
    said = whyNot(error);
  }
  if (!session.held()) await session.ask();
  connect({
    base: config.api,
    headers: () => /** @type {Record<string, string>} */ ({ Authorization: `Bearer ${session.held()?.token ?? ""}` }),
    away: AWAY,
    refused: (status, refusal) => {
      if (status === 401) session.end(ENDED);
      if (refusal.code === "unknown_caller") session.end(refusal.message ?? "Sentinel does not accept this sign-in.");
    },
  });
  const signOut = () => {
    session.signOut();
    endAtProvider(config).catch(() => {});
  };
  /** @param {{console: any}} props */
  return function Hosted({ console: Console }) {
    const [why, setWhy] = useState(said);
    const [, redraw] = useState(0);
    const held = session.held();
    useEffect(() => {
      show = (next) => {
        setWhy(next);
        redraw((count) => count + 1);
      };
      if (session.held() !== held) redraw((count) => count + 1);
    }, []);
    useEffect(() => {
      if (held) restoreDrafts(held.who);
    }, [held?.token]);
    return held ? html`<${Console} signOut=${signOut} />` : html`<${SignIn} config=${config} why=${why} />`;
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
