/** What is typed when a sign-in ends is kept for this tab, and put back for the same person when the form is there again. */

const KEY = "sentinel-console-drafts";
const PATIENCE_MS = 60_000;

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
  const texts = [...fields()].map(([name, field]) => [name, field.value]).filter(([, text]) => text);
  if (texts.length) sessionStorage.setItem(KEY, JSON.stringify({ who, place: location.hash, texts }));
}

export const dropDrafts = () => sessionStorage.removeItem(KEY);

/** @param {string} who who is signed in now */
export function restoreDrafts(who) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  dropDrafts();
  if (kept?.who !== who || kept.place !== location.hash) return;
  const left = new Map(kept.texts);
  const fill = () => {
    for (const [name, field] of fields()) {
      const text = left.get(name);
      if (!left.delete(name) || field.value === text) continue;
      field.value = text;
      field.dispatchEvent(new Event(field.matches("select") ? "change" : "input", { bubbles: true }));
    }
    if (!left.size) watching.disconnect();
  };
  // A form is there when what it is about has been loaded.
  const watching = new MutationObserver(fill);
  watching.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => watching.disconnect(), PATIENCE_MS);
  fill();
}
