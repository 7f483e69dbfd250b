// Keys become names of actions. Silent while someone types, and while a dialog is open.

// The person's own bindings, {action: key}; the server sends them checked and in full.
const BOUND = JSON.parse(document.getElementById("key-bindings").textContent);
const FIXED = { ArrowDown: "next", ArrowUp: "previous", Enter: "commit" };
const ACTIONS = new Map([...Object.entries(FIXED), ...Object.entries(BOUND).map(([action, key]) => [key, action])]);

/** The key to print on what it does. */
export const keyFor = (action) => BOUND[action] ?? "";

const isText = (target) =>
  target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT" ||
  (target.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(target.type));

/** The action of a key: {name}, for an answer {name: "answer", key}; null for everything that is not ours.
    more: letters of a page's own, {letter: name}, whether typed small or capital. */
export function actionOf(event, more = {}) {
  if (event.isComposing || event.defaultPrevented) return null;
  const strong = event.ctrlKey || event.metaKey;
  if (strong && !event.altKey) {
    if (event.key === "Enter") return { name: "submit" };
    if (isText(event.target)) return null; // the text box has its own undo
    if (event.key.toLowerCase() === "z") return { name: event.shiftKey ? "redo" : "undo" };
    if (event.key.toLowerCase() === "y") return { name: "redo" };
    return null;
  }
  if (event.altKey || strong) return null;
  if (isText(event.target)) return event.key === "Escape" ? { name: "leave" } : null;
  // Arrows in a group of answers belong to the group, Enter on a button or a link to the button or link.
  const arrows = event.key === "ArrowDown" || event.key === "ArrowUp";
  if (arrows && event.target.type === "radio") return null;
  if (event.key === "Enter" && event.target.closest?.("button, a, summary") && !event.target.closest(".turn-number")) {
    return null;
  }
  const name = more[event.key.toLowerCase()] ?? ACTIONS.get(event.key);
  if (!name) return null;
  return /^(answer|reason)-/.test(name) ? { name: "answer", key: event.key } : { name };
}

/** Calls act(action) for each of our keys; one that was used does nothing else. */
export function listen(act, more = {}) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const action = actionOf(event, more);
    if (action && act(action) !== false) event.preventDefault();
  });
}
