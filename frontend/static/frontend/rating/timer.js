// Active time per turn: counted while the page is visible and the last sign of life is under a minute old.

const IDLE = 60000;
const TICK = 1000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"];

export class ActiveTime {
  #totals;
  #place = 0;
  #seen = Date.now();
  #last = Date.now();
  running = false;

  /** totals: what the server has, {place: ms} */
  constructor(totals) {
    this.#totals = new Map(Object.entries(totals).map(([place, ms]) => [Number(place), ms]));
    const touch = () => { this.#count(); this.#seen = Date.now(); };
    for (const sign of SIGNS) window.addEventListener(sign, touch, { passive: true });
    document.addEventListener("visibilitychange", () => this.#count());
    setInterval(() => this.#count(), TICK);
  }

  /** The turn that is looked at from now on. */
  focus(place) {
    this.#count();
    this.#place = place;
  }

  get seen() {
    return this.#seen;
  }

  #count() {
    const now = Date.now();
    // Up to the moment in which the idle minute ended; a sleeping laptop adds nothing.
    const until = Math.min(now, this.#seen + IDLE);
    const visible = document.visibilityState === "visible" || now - this.#last < 2 * TICK;
    if (this.running && visible && until > this.#last && until - this.#last < IDLE + TICK) {
      this.#totals.set(this.#place, (this.#totals.get(this.#place) ?? 0) + until - this.#last);
    }
    this.#last = now;
  }

  /** Totals in whole milliseconds, as the server keeps them. */
  totals() {
    this.#count();
    return Object.fromEntries([...this.#totals].map(([place, ms]) => [place, Math.round(ms)]));
  }
}
