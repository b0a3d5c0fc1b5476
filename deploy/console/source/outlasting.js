/** A refusal outlasts the form of what was refused: where another person was faster, the form goes, and the words stay. */

import { useEffect, useRef, useState } from "preact/hooks";

const OUTLASTING = "sentinel-outlasting";

const CONFLICT = 409;

/** Keep the conflict that a form shows where the form goes while its page stays. @param {any} error */
export function useOutlasting(error) {
  const shown = useRef(error);
  shown.current = error;
  useEffect(() => {
    const place = location.hash;
    return () => {
      if (shown.current?.status !== CONFLICT || location.hash !== place) return;
      dispatchEvent(new CustomEvent(OUTLASTING, { detail: shown.current }));
    };
  }, []);
}

/** The error of a form that has gone from the present page, until the next page. */
export function useOutlasted() {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  useEffect(() => {
    const keep = (/** @type {any} */ event) => setError(event.detail);
    const forget = () => setError(null);
    addEventListener(OUTLASTING, keep);
    addEventListener("hashchange", forget);
    return () => {
      removeEventListener(OUTLASTING, keep);
      removeEventListener("hashchange", forget);
    };
  }, []);
  return error;
}
