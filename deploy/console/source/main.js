/** The console: one page for each place, chosen by the address after `#`. */

import { html, render } from "htm/preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { ApiError, get } from "./api.js";
import { loadConfig } from "./config.js";
import { openHosted } from "./hosted.js";
import { useLoaded } from "./loading.js";
import { connectLoopback } from "./loopback.js";
import { useOutlasted } from "./outlasting.js";
import { Access } from "./pages/access.js";
import { Activity } from "./pages/activity.js";
import { Approvals } from "./pages/approvals.js";
import { Emergencies } from "./pages/emergencies.js";
import { Policy } from "./pages/policy.js";
import { Response } from "./pages/response.js";
import { Sessions } from "./pages/sessions.js";
import { Failure, Said } from "./parts.js";

const PAGES = /** @type {Record<string, {title: string, page: any}>} */ ({
  access: { title: "My access", page: Access },
  approvals: { title: "Approvals", page: Approvals },
  sessions: { title: "Sessions", page: Sessions },
  emergencies: { title: "Break-glass", page: Emergencies },
  incident: { title: "Incident", page: Response },
  activity: { title: "Activity", page: Activity },
  policy: { title: "Policy", page: Policy },
});

/** The page and what it is about: an id, or a profile's name. @returns {[string, string | undefined]} */
function place() {
  const [, name, about] = location.hash.split("/");
  return [Object.hasOwn(PAGES, name ?? "") ? name : "access", /^[A-Za-z0-9_.-]{1,64}$/.test(about ?? "") ? about : undefined];
}

/** Who this is, and what the admin policy gives them. @param {AbortSignal} signal */
async function whoami(signal) {
  const [{ user }, { permissions }] = await Promise.all([get("/v1/whoami", {}, signal), get("/v1/groups", {}, signal)]);
  return { user, permissions: permissions ?? [] };
}

const UNSHOWN = { message: "This page cannot show what Sentinel answered.", hint: "Reload it: it may be older than the service. The command line shows the same." };

/** A page. Where an answer is not as the page expects it, that is said, and the other pages stay. @param {{page: any, about?: string, me: any}} props */
function Shown({ page: Page, about, me }) {
  const [broken, again] = useErrorBoundary();
  if (!broken) return html`<${Page} about=${about} me=${me} />`;
  return html`<${Failure} error=${new ApiError(UNSHOWN, 0)} /><p><button type="button" onClick=${again}>Try again</button></p>`;
}

/** @param {{signOut?: () => void}} props */
function Console({ signOut }) {
  const [[name, about], setPlace] = useState(place);
  const refused = useOutlasted();
  const { data: me, error } = useLoaded(whoami, [], 60_000);
  useEffect(() => {
    const moved = () => setPlace(place());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    document.title = `${PAGES[name].title} · Sentinel`;
    document.querySelector("main")?.focus();
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [name, about]);
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault();
    document.querySelector("main")?.focus();
  };
  // The key: a page about another id begins empty, so that no button of one is under the facts of another.
  return html`<header>
      <a class="skip" href="#main" onClick=${skip}>Skip to content</a>
      <b>Sentinel</b>
      <span class="me">${me && html`<${Said}>${me.user}<//>`}
        ${signOut && html`<button type="button" onClick=${signOut}>Sign out</button>`}</span>
      <nav aria-label="Pages">${Object.entries(PAGES).map(
        ([key, { title }]) => html`<a href=${`#/${key}`} aria-current=${key === name ? "page" : undefined}>${title}</a>`,
      )}</nav>
    </header>
    <main id="main" tabindex="-1"><${Failure} error=${error} /><${Failure} error=${refused} />
      <${Shown} page=${PAGES[name].page} key=${`${name}/${about}`} about=${about} me=${me} /></main>`;
}

/** @returns {Promise<any>} */
async function opened() {
  const config = await loadConfig();
  if (config.mode === "hosted") return html`<${await openHosted(config)} console=${Console} />`;
  await connectLoopback();
  return html`<${Console} />`;
}

const root = /** @type {HTMLElement} */ (document.getElementById("console"));
const page = await opened().catch((error) => html`<main><${Failure} error=${error} /></main>`);
root.replaceChildren();
render(page, root);
