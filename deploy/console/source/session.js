/**
 * The sign-in of a hosted console. Its token is kept for one tab and its reloads; another tab of the console gets it from
 * a tab that has it. It is in no other storage and in no address, and it is gone when it ends.
 */

/**
 * @typedef {{token: string, endsAt: number, who: string}} Held what is sent, until when (ms), and the subject it is of
 * @typedef {Held & {era: string}} Kept a sign-in, and since which sign-out it is
 */

// Two consoles of one origin have different paths, and do not take each other's tokens.
const NAME = `sentinel-console ${location.pathname}`;
// A tab that shows another page meanwhile, or is opened again, has its storage as it left it: so each sign-out leaves a
// mark where every tab reads it, and what is kept counts with the present mark only. It is random and says nothing.
const SIGNED_OUT = `sentinel-console-out ${location.pathname}`;
const OTHER_TABS_MS = 300;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
export const ENDED = "Your sign-in ended. Sign in again to go on; what you typed is kept.";

const era = () => localStorage.getItem(SIGNED_OUT) ?? "";

/** @param {any} found @returns {Kept | null} */
function usable(found) {
  const isHeld = typeof found?.token === "string" && typeof found.endsAt === "number" && typeof found.who === "string";
  if (!isHeld || found.era !== era()) return null;
  return found.endsAt > Date.now() ? { token: found.token, endsAt: found.endsAt, who: found.who, era: found.era } : null;
}

/** @returns {Kept | null} */
function stored() {
  try {
    return usable(JSON.parse(sessionStorage.getItem(NAME) ?? "null"));
  } catch {
    return null;
  }
}

/**
 * @param {(held: Held | null, why: string, interrupted: boolean) => void} changed called after each change: `why` is what to
 * say without a sign-in, and `interrupted` that it ended without the person's doing
 */
export function openSession(changed) {
  let held = stored();
  if (!held) sessionStorage.removeItem(NAME);
  let timer = 0;
  const channel = new BroadcastChannel(NAME);

  /** @param {Kept | null} next @param {string} why */
  const set = (next, why, interrupted = false) => {
    held = next;
    if (next) sessionStorage.setItem(NAME, JSON.stringify(next));
    else sessionStorage.removeItem(NAME);
    changed(next, why, interrupted);
    watch();
  };
  const watch = () => {
    clearTimeout(timer);
    if (!held) return;
    if (!usable(held)) return held.era === era() ? set(null, ENDED, true) : set(null, "You signed out in another tab.");
    timer = setTimeout(watch, Math.min(held.endsAt - Date.now(), LONGEST_TIMER_MS));
  };

  channel.onmessage = ({ data }) => {
    if (data?.kind === "ask" && usable(held)) channel.postMessage({ kind: "held", ...held });
    const offered = data?.kind === "held" && !held ? usable(data) : null;
    if (offered) set(offered, "");
  };
  addEventListener("storage", watch);
  // A machine that slept has fired no timer, and a page that comes back has heard of nothing.
  document.addEventListener("visibilitychange", watch);
  addEventListener("pageshow", watch);
  watch();

  return {
    held: () => held,
    /** Ask the other tabs, and wait for as long as one needs to answer. An answer that comes later counts, too. */
    ask: () =>
      new Promise((resolve) => {
        channel.postMessage({ kind: "ask" });
        setTimeout(resolve, held ? 0 : OTHER_TABS_MS);
      }),
    /** @param {Held} next keep a sign-in, and hand it to tabs that wait for one */
    keep: (next) => {
      const kept = { ...next, era: era() };
      set(kept, "");
      channel.postMessage({ kind: "held", ...kept });
    },
    /** @param {string} why the service does not accept the token */
    end: (why) => held && set(null, why, true),
    /** Forget the sign-in in every tab. */
    signOut: () => {
      localStorage.setItem(SIGNED_OUT, crypto.randomUUID());
      set(null, "You signed out.");
    },
  };
}
