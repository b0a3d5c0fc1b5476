/** Forms: a text and its buttons, choices, fields, and a dialog. */

import { html } from "htm/preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useOutlasting } from "./outlasting.js";
import { Failure } from "./parts.js";

/**
 * A form of one text and its buttons; each button's `act` gets the text. `children` are further fields.
 * @param {{label: string, required?: boolean, bar?: boolean, children?: any,
 *   buttons: {title: string, kind?: string, act: (text: string) => any}[]}} props
 */
export function Act({ label, required = false, bar = false, buttons, children }) {
  const [text, setText] = useState("");
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  useOutlasting(error);
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const hasActed = useRef(false);
  // What has the focus goes when a decision is taken: the page itself has it then, and not the beginning of the document.
  useEffect(() => () => void (hasActed.current && document.querySelector("main")?.focus()), []);
  /** @param {(text: string) => any} act */
  const run = async (act) => {
    if (busy) return;
    if (required && !text.trim()) {
      area.current?.focus();
      return setError(new Error(`${label}: write why; it is kept and shown.`));
    }
    setBusy(true);
    setError(null);
    try {
      hasActed.current = true;
      await act(text.trim());
      setText("");
    } catch (failure) {
      hasActed.current = false;
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  };
  // Nothing is disabled meanwhile, because what is disabled loses the focus.
  return html`<form class=${bar ? "act bar" : "act"} onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <label>${label}<textarea ref=${area} rows=${bar ? 1 : 2} maxlength="1000" value=${text} readonly=${busy} aria-required=${required}
      onInput=${(/** @type {any} */ event) => setText(event.target.value)}></textarea></label>
    ${children}
    <${Failure} error=${error} />
    <div class="buttons">${buttons.map(
      ({ title, kind = "", act }) => html`<button type="button" class=${kind} aria-disabled=${busy} onClick=${() => run(act)}>${title}</button>`,
    )}</div>
  </form>`;
}

/** A button whose work takes time and may fail. @param {{title: any, kind?: string, act: () => Promise<any>}} props */
export function Press({ title, kind = "", act }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  };
  return html`<p><button type="button" class=${kind} aria-disabled=${busy} onClick=${run}>${title}</button></p><${Failure} error=${error} />`;
}

/** A list to choose from. @param {{label: string, value: string, options: Record<string, string>, onChoose: (value: string) => void}} props */
export const Choice = ({ label, value, options, onChoose }) => html`<label>${label} <select value=${value}
  onChange=${(/** @type {any} */ event) => onChoose(event.target.value)}>${Object.entries(options).map(
    ([key, title]) => html`<option value=${key}>${title}</option>`,
  )}</select></label>`;

/** @param {{label: string, value: string, onText: (value: string) => void, type?: string, most?: number, options?: string[]}} props */
export function Field({ label, value, onText, type = "text", most = 256, options }) {
  const id = useId();
  return html`<label>${label} <input type=${type} value=${value} maxlength=${type === "text" ? most : undefined} autocomplete="off"
      list=${options ? id : undefined} onInput=${(/** @type {any} */ event) => onText(event.target.value)} /></label>
    ${options && html`<datalist id=${id}>${options.map((each) => html`<option value=${each} />`)}</datalist>`}`;
}

/**
 * A modal dialog: the browser keeps the focus in it, closes it with Escape, and gives the focus back.
 * @param {{title: any, open: boolean, onClose: () => void, children?: any}} props
 */
export function Dialog({ title, open, onClose, children }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    const dialog = /** @type {HTMLDialogElement} */ (ref.current);
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return html`<dialog ref=${ref} aria-labelledby=${id} onClose=${onClose}>${open &&
    html`<h2 id=${id} tabindex="-1" autofocus>${title}</h2>${children}
      <button type="button" class="quiet" onClick=${onClose}>Cancel</button>`}</dialog>`;
}
