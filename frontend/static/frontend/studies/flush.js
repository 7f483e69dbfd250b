// Choices that an earlier visit left on this device: sent before anything else is asked for.

import { openStore } from "../rating/store.js";
import { Sync } from "../rating/sync.js";

export const openChoices = () => openStore("evalsite-studies");

/** The address of a place's operations, without "operations/": what Sync adds to. */
export const addressOf = (pair, place) => pair.replace("/0/", `/${place}/`).replace(/operations\/$/, "");

/** Send what waits, place by place. Resolves to {sent, lost, waiting} counts; `lost`: the server would not have them. */
export async function flush(store, user, pair) {
  const counts = { sent: 0, lost: 0, waiting: 0 };
  for (const place of await store.tasks(user)) {
    const { ended, pending, all, refused } = await sendAll(store, user, place, addressOf(pair, place));
    counts.sent += all - pending - refused;
    counts.lost += refused;
    if (ended === "gone") {
      counts.lost += pending;
      await store.replace(user, place, []);
    } else counts.waiting += pending;
  }
  return counts;
}

function sendAll(store, user, task, base) {
  return new Promise((resolve) => {
    let all = 0;
    let refused = 0;
    let over = false;
    const end = (ended) => {
      if (over) return;
      over = true;
      const pending = sync.pending.length;
      if (ended !== "saved") sync.stop("stopped");
      resolve({ ended, pending, all, refused });
    };
    const sync = new Sync({ store, user, task, base, on: {
      state: (state) => ["saved", "offline", "signedout", "gone"].includes(state) && all && end(state),
      acknowledged: () => {}, conflict: () => {}, gone: () => {}, refused: () => { refused += 1; }, times: () => ({}),
    } });
    sync.load(0).then((waiting) => {
      all = waiting.length;
      if (all) sync.resume();
      else end("saved");
    });
  });
}
