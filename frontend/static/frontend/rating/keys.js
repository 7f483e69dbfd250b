// Keys become names of actions. Silent while someone types, and while a dialog is open.

const PLAIN = {
  j: "next", ArrowDown: "next", k: "previous", ArrowUp: "previous", Enter: "commit",
  s: "skip", n: "note", "?": "sheet", c: "clear", "[": "question-back", "]": "question-on",
  e: "evidence", p: "personal",
};

const isText = (target) =>
  target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT" ||
  (target.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(target.type));

/** The action of a key, with the digit of an answer: {name, place}; null for everything that is not ours.
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
  if (/^[0-9]$/.test(event.key) || event.key === "-") return { name: "answer", key: event.key };
  const name = more[event.key.toLowerCase()] ?? PLAIN[event.key];
  return name ? { name } : null;
}

/** Calls act(action) for each of our keys; one that was used does nothing else. */
export function listen(act, more = {}) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const action = actionOf(event, more);
    if (action && act(action) !== false) event.preventDefault();
  });
}
