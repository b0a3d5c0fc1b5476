/** Asking the API again and again, more and more slowly; and lists to their end. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, REFUSED } from "./api.js";

const SLOWEST = 60_000;

/**
 * Load at once, and again after a while that grows while nothing changes and while the service does not answer.
 * A hidden page does not ask.
 * @param {(signal: AbortSignal) => Promise<any>} load @param {any[]} inputs
 */
export function useLoaded(load, inputs, every = 5_000) {
  const [state, setState] = useState({ data: /** @type {any} */ (null), error: /** @type {Error | null} */ (null) });
  const [turn, setTurn] = useState(0);
  const last = useRef("");
  useEffect(() => {
    const stop = new AbortController();
    let pause = every;
    let timer = 0;
    const ask = async () => {
      if (!document.hidden) {
        try {
          const data = await load(stop.signal);
          if (stop.signal.aborted) return;
          const seen = JSON.stringify(data);
          pause = seen === last.current ? Math.min(pause * 1.5, SLOWEST) : every;
          last.current = seen;
          setState({ data, error: null });
        } catch (error) {
          if (stop.signal.aborted) return;
          pause = Math.min(pause * 2, SLOWEST);
          last.current = "";
          setState((before) => ({ data: before.data, error: /** @type {Error} */ (error) }));
        }
      }
      if (stop.signal.aborted) return;
      clearTimeout(timer);
      timer = setTimeout(ask, pause);
    };
    const shown = () => !document.hidden && (clearTimeout(timer), ask());
    document.addEventListener("visibilitychange", shown);
    addEventListener(REFUSED, shown);
    ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
      removeEventListener(REFUSED, shown);
    };
  }, [...inputs, turn]);
  return { ...state, reload: useCallback(() => setTurn((count) => count + 1), []) };
}

const MOST_PAGES = 10;

/**
 * Read a list page by page, newest first, up to a thousand rows; `more` says that there are others.
 * @param {string} path @param {string} rows its name in the answer @param {Record<string, string>} query @param {AbortSignal} signal
 * @returns {Promise<{rows: any[], more: boolean}>}
 */
export async function list(path, rows, query, signal) {
  const found = [];
  /** @type {Record<string, string>} */
  let next = {};
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await get(path, { ...query, limit: "100", ...next }, signal);
    found.push(...answer[rows]);
    if (!answer.next_cursor) return { rows: found, more: false };
    next = { cursor: answer.next_cursor };
  }
  return { rows: found, more: true };
}
