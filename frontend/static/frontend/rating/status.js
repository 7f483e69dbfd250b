// Where the answers are: on the server, on the way, or only on this device. Read out once it has settled.

import { find, h } from "./dom.js";

const SHOWN = 4; // hex digits of a receipt; the rest is in the file on the profile page

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

  /** receipt: hex digits of the last one; shown in short while all is saved, in full where the pointer rests. */
  show(state, count, receipt = "") {
    const [glyph, words] = WORDS[state](count);
    const proof = state === "saved" && receipt ? ` · receipt ${receipt.slice(0, SHOWN)}` : "";
    const more = count && !this.store.durable ? " (this browser keeps them only while the page is open)" : "";
    this.seen.dataset.state = state;
    this.seen.replaceChildren(h("span", { "aria-hidden": "true" }, glyph), ` ${words}${more}${proof}`);
    this.seen.title = proof ? receipt : "";
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
