/** Parts of pages. Every value is a text node: htm and preact make no HTML of it. */

import { html } from "htm/preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, REFUSED } from "./api.js";
import { useOutlasting } from "./outlasting.js";
import { exact, relative } from "./words.js";

/** Text of people: isolated, so that its direction cannot change what surrounds it. @param {{children?: any}} props */
export const Said = ({ children }) => html`<bdi class="said">${children}</bdi>`;

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

/**
 * A form of one text and its buttons; each button's `act` gets the text.
 * @param {{label: string, required?: boolean, buttons: {title: string, kind?: string, act: (text: string) => Promise<any>}[]}} props
 */
export function Act({ label, required = false, buttons }) {
  const [text, setText] = useState("");
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  useOutlasting(error);
  /** @param {(text: string) => Promise<any>} act */
  const run = async (act) => {
    if (required && !text.trim()) return setError(new Error(`${label}: write why; it is kept and shown.`));
    setBusy(true);
    setError(null);
    try {
      await act(text.trim());
      setText("");
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  };
  return html`<form class="act" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <label>${label}<textarea rows="2" maxlength="1000" value=${text} disabled=${busy}
      onInput=${(/** @type {any} */ event) => setText(event.target.value)}></textarea></label>
    <div class="buttons">${buttons.map(
      ({ title, kind = "", act }) => html`<button type="button" class=${kind} disabled=${busy} onClick=${() => run(act)}>${title}</button>`,
    )}</div>
    <${Failure} error=${error} />
  </form>`;
}

/** A list to choose from. @param {{label: string, value: string, options: Record<string, string>, onChoose: (value: string) => void}} props */
export const Choice = ({ label, value, options, onChoose }) => html`<label>${label} <select value=${value}
  onChange=${(/** @type {any} */ event) => onChoose(event.target.value)}>${Object.entries(options).map(
    ([key, title]) => html`<option value=${key}>${title}</option>`,
  )}</select></label>`;
