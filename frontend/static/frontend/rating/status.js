// Where the answers are: on the server, on the way, or only on this device. Read out once it has settled.

import { find, h } from "./dom.js";
import { fill, gettext, ngettext } from "../words.js";

const SHOWN = 4; // hex digits of a receipt; the rest is in the file on the profile page

const WORDS = {
  saved: () => ["✓", gettext("Saved")],
  saving: () => ["…", gettext("Saving")],
  offline: (count) => ["⚠", ngettext("Offline: %(n)s answer is kept on this device", "Offline: %(n)s answers are kept on this device", count)],
  signedout: (count) => ["⚠", fill(gettext("Signed out: sign in again in another tab; %(n)s kept on this device"), { n: count })],
  conflict: () => ["⚠", gettext("Answered in two places")],
  gone: () => ["⚠", gettext("Not saved any more")],
  stopped: () => ["◌", gettext("Reading only")],
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
    const proof = state === "saved" && receipt ? ` · ${fill(gettext("receipt %(receipt)s"), { receipt: receipt.slice(0, SHOWN) })}` : "";
    const more = count && !this.store.durable ? ` ${gettext("(this browser keeps them only while the page is open)")}` : "";
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
