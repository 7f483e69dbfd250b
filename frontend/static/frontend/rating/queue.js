// On the queue page: says what was answered on this device but never reached the server, and how to send it.

import { find, h } from "./dom.js";
import { openStore } from "./store.js";
import { gettext, ngettext } from "../words.js";

const root = find("unsent");
const user = Number(root.dataset.user);
const store = await openStore();

async function show() {
  const rows = [];
  for (const task of await store.tasks(user)) {
    const operations = await store.list(user, task);
    const discard = async () => {
      if (!confirm(gettext("Throw these unsent answers away? This cannot be undone."))) return;
      await store.replace(user, task, []);
      await show();
    };
    rows.push(h("li", { class: "inline" },
      h("span", {}, ngettext("%(n)s unsent operation", "%(n)s unsent operations", operations.length)),
      h("a", { class: "button small", href: root.dataset.rate.replace("/0/", `/${task}/`) }, gettext("Open and send")),
      h("button", { type: "button", class: "quiet small", onclick: discard }, gettext("Throw away"))));
  }
  root.hidden = !rows.length;
  root.replaceChildren(h("p", {}, gettext("Some answers are on this device only.")), h("ul", {}, ...rows));
}

await show();
document.documentElement.dataset.ready = "queue";
