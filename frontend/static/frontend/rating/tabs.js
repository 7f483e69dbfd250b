// One window writes. A second one reads along until it takes over, or the first is closed.
// Web Locks need a page over TLS or on localhost; elsewhere the server's version check alone keeps order.

export class OneWriter {
  #waiting = null;
  #release = null;

  /** on: {gained(), lost(), saved()} */
  constructor(name, on) {
    this.name = name;
    this.on = on;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    this.channel?.addEventListener("message", () => this.on.saved());
  }

  /** True when this window may write from the start; otherwise `gained` is called when it may. */
  async start() {
    if (!navigator.locks) return true;
    if (await this.#request({ ifAvailable: true })) return true;
    this.#wait();
    return false;
  }

  async takeOver() {
    this.#waiting?.abort();
    if (await this.#request({ steal: true })) this.on.gained();
  }

  /** Tell the windows that read along. */
  tell() {
    this.channel?.postMessage("saved");
  }

  /** Resolves as soon as it is known whether the lock is held; it is kept until the page goes or another takes it. */
  #request(options) {
    return new Promise((known) => {
      let held = false;
      navigator.locks
        .request(this.name, options, (lock) => {
          known(Boolean(lock));
          if (!lock) return undefined;
          held = true;
          return new Promise((release) => (this.#release = release));
        })
        .catch(() => {
          known(false);
          if (!held) return;
          this.on.lost();
          this.#wait();
        });
    });
  }

  #wait() {
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    this.#request({ signal }).then((held) => held && this.on.gained());
  }
}
