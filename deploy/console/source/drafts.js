/** What is typed when a sign-in ends is kept for this tab, and put back for the same person when the form is there again. */

// Two consoles of one origin have different paths, and the same subject may be another person there.
const KEY = `sentinel-console-drafts ${location.pathname}`;
const PATIENCE_MS = 60_000;
/** Watches for the forms of what is put back. @type {MutationObserver | null} */
let watching = null;

/** @returns {Map<string, any>} each field of the page by its label, and which of several with that label it is */
function fields() {
  const found = new Map();
  for (const field of document.querySelectorAll("main textarea, main input, main select")) {
    const label = /** @type {any} */ (field).labels?.[0]?.textContent ?? "";
    let count = 0;
    while (found.has(`${label} ${count}`)) count += 1;
    found.set(`${label} ${count}`, field);
  }
  return found;
}

/** @param {string} who whose they are */
export function keepDrafts(who) {
  watching?.disconnect();
  const texts = [...fields()].map(([name, field]) => [name, field.value]).filter(([, text]) => text);
  if (texts.length) sessionStorage.setItem(KEY, JSON.stringify({ who, place: location.hash, texts }));
}

/** Forget what is kept, and put nothing back any more. */
export function dropDrafts() {
  watching?.disconnect();
  sessionStorage.removeItem(KEY);
}

/** @param {string} who who is signed in now */
export function restoreDrafts(who) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  dropDrafts();
  if (kept?.who !== who || kept.place !== location.hash) return;
  const left = new Map(kept.texts);
  const fill = () => {
    // A field of the same label on another page is about something else.
    if (location.hash !== kept.place) return watching?.disconnect();
    for (const [name, field] of fields()) {
      const text = left.get(name);
      if (!left.delete(name) || field.value === text) continue;
      field.value = text;
      field.dispatchEvent(new Event(field.matches("select") ? "change" : "input", { bubbles: true }));
    }
    if (!left.size) watching?.disconnect();
  };
  // A form is there when what it is about has been loaded.
  const own = (watching = new MutationObserver(fill));
  own.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => own.disconnect(), PATIENCE_MS);
  fill();
}
