/** The console: one page for each place, chosen by the address after `#`. */

import { html, render } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "./api.js";
import { loadConfig } from "./config.js";
import { openHosted } from "./hosted.js";
import { connectLoopback } from "./loopback.js";
import { useOutlasted } from "./outlasting.js";
import { Access } from "./pages/access.js";
import { Approvals } from "./pages/approvals.js";
import { Emergencies } from "./pages/emergencies.js";
import { Response } from "./pages/response.js";
import { Sessions } from "./pages/sessions.js";
import { Failure, Said, useLoaded } from "./parts.js";

const PAGES = /** @type {Record<string, {title: string, page: any}>} */ ({
  access: { title: "My access", page: Access },
  approvals: { title: "Approvals", page: Approvals },
  sessions: { title: "Sessions", page: Sessions },
  emergencies: { title: "Break-glass", page: Emergencies },
  incident: { title: "Incident", page: Response },
});

/** @returns {[string, string | undefined]} */
function place() {
  const [, name, id] = location.hash.split("/");
  return [name in PAGES ? name : "access", /^[A-Za-z0-9]{4,64}$/.test(id ?? "") ? id : undefined];
}

/** @param {{signOut?: () => void}} props */
function Console({ signOut }) {
  const [[name, id], setPlace] = useState(place);
  const refused = useOutlasted();
  const me = useLoaded((signal) => get("/v1/whoami", {}, signal), [], 60_000);
  useEffect(() => {
    const moved = () => setPlace(place());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    document.title = `${PAGES[name].title} · Sentinel`;
    document.querySelector("main")?.focus();
  }, [name, id]);
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault();
    document.querySelector("main")?.focus();
  };
  return html`<header>
      <a class="skip" href="#main" onClick=${skip}>Skip to content</a>
      <b>Sentinel</b>
      <nav aria-label="Pages">${Object.entries(PAGES).map(
        ([key, { title }]) => html`<a href=${`#/${key}`} aria-current=${key === name ? "page" : undefined}>${title}</a>`,
      )}</nav>
      <span class="me">${me.data && html`<${Said}>${me.data.user}<//>`}
        ${signOut && html`<button type="button" onClick=${signOut}>Sign out</button>`}</span>
    </header>
    <main id="main" tabindex="-1"><${Failure} error=${me.error} /><${Failure} error=${refused} /><${PAGES[name].page} key=${`${name} ${id}`} id=${id} /></main>`;
}

/** @returns {Promise<any>} */
async function opened() {
  const config = await loadConfig();
  if (config.mode === "hosted") return html`<${await openHosted(config)} console=${Console} />`;
  connectLoopback();
  return html`<${Console} />`;
}

const root = /** @type {HTMLElement} */ (document.getElementById("console"));
const page = await opened().catch((error) => html`<main><${Failure} error=${error} /></main>`);
root.replaceChildren();
render(page, root);
