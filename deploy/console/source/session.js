/**
 * The sign-in of a hosted console. Its token is kept for one tab and its reloads; another tab of the console gets it from
 * a tab that has it. It is in no other storage and in no address, and it is gone when it ends.
 */

/** @typedef {{token: string, endsAt: number, who: string}} Held what is sent, until when (ms), and the subject it is of */

// Two consoles of one origin have different paths, and do not take each other's tokens.
const NAME = `sentinel-console ${location.pathname}`;
const OTHER_TABS_MS = 300;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
export const ENDED = "Your sign-in ended. Sign in again to go on; what you typed is kept.";

/** @param {any} found @returns {Held | null} */
function usable(found) {
  const isHeld = typeof found?.token === "string" && typeof found.endsAt === "number" && typeof found.who === "string";
  return isHeld && found.endsAt > Date.now() ? { token: found.token, endsAt: found.endsAt, who: found.who } : null;
}

/** @returns {Held | null} */
function stored() {
  try {
    return usable(JSON.parse(sessionStorage.getItem(NAME) ?? "null"));
  } catch {
    return null;
  }
}

/**
 * @param {(held: Held | null, why: string) => void} changed called after each change; `why` is what to say without a sign-in
 */
export function openSession(changed) {
  let held = stored();
  let timer = 0;
  const channel = new BroadcastChannel(NAME);

  /** @param {Held | null} next @param {string} why */
  const set = (next, why) => {
    held = next;
    if (next) sessionStorage.setItem(NAME, JSON.stringify(next));
    else sessionStorage.removeItem(NAME);
    watch();
    changed(next, why);
  };
  const watch = () => {
    clearTimeout(timer);
    if (!held) return;
    const left = held.endsAt - Date.now();
    if (left <= 0) return set(null, ENDED);
    timer = setTimeout(watch, Math.min(left, LONGEST_TIMER_MS));
  };

  channel.onmessage = ({ data }) => {
    if (data?.kind === "ask" && usable(held)) channel.postMessage({ kind: "held", ...held });
    if (data?.kind === "out" && held) set(null, "You signed out in another tab.");
    const offered = data?.kind === "held" && !held ? usable(data) : null;
    if (offered) set(offered, "");
  };
  // A machine that slept has fired no timer.
  document.addEventListener("visibilitychange", watch);
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
      set(next, "");
      channel.postMessage({ kind: "held", ...next });
    },
    /** @param {string} why the service does not accept the token */
    end: (why) => held && set(null, why),
    /** Forget the sign-in in every tab. */
    signOut: () => {
      channel.postMessage({ kind: "out" });
      set(null, "You signed out.");
    },
  };
}
