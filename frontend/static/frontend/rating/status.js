// Where the answers are: on the server, on the way, or only on this device. Read out once it has settled.

import { find, h } from "./dom.js";

const WORDS = {
  saved: () => ["✓", "Saved"],
  saving: () => ["…", "Saving"],
  offline: (count) => ["⚠", `Offline: ${count} ${count === 1 ? "answer is" : "answers are"} kept on this device`],
  signedout: (count) => ["⚠", `Signed out: sign in again in another tab; ${count} kept on this device`],
  conflict: () => ["⚠", "Answered in two places"],
  gone: () => ["⚠", "Not saved any more"],
  stopped: () => ["◌", "Reading only"],
};

export class Status {
  #timer = 0;
  constructor(store) {
    this.store = store;
    this.seen = find("save-state");
    this.live = find("live");
  }

  show(state, count) {
    const [glyph, words] = WORDS[state](count);
    const more = count && !this.store.durable ? " (this browser keeps them only while the page is open)" : "";
    this.seen.dataset.state = state;
    this.seen.replaceChildren(h("span", { "aria-hidden": "true" }, glyph), ` ${words}${more}`);
    clearTimeout(this.#timer);
    // "Saving" and "Saved" follow each other within a blink: only what stays is read out.
    this.#timer = setTimeout(() => { this.live.textContent = words + more; }, 600);
  }

  /** Say something that passes: read out, and shown for a few seconds. */
  say(words) {
    clearTimeout(this.#timer);
    this.live.textContent = words;
    const toast = find("toast");
    toast.textContent = words;
    toast.hidden = false;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { toast.hidden = true; }, 5000);
  }

  /** A line that stays above the columns, with a button where there is something to do; "" takes it away. */
  notice(words, label, act) {
    const box = find("notice");
    box.hidden = !words;
    box.replaceChildren(h("span", {}, words), label ? h("button", { type: "button", class: "small", onclick: act }, label) : "");
  }
}
