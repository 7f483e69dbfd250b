// On the list of studies: sends what was chosen on this device but never reached the server, and says how it went.

import { find } from "../rating/dom.js";
import { flush, openChoices } from "./flush.js";
import { ngettext } from "../words.js";

const box = find("unsent");
const { sent, lost, waiting } = await flush(await openChoices(), Number(box.dataset.user), box.dataset.pair);
const words = [];
if (sent) words.push(ngettext("%(n)s thing that you chose without a connection was saved now.", "%(n)s things that you chose without a connection were saved now.", sent));
if (waiting) words.push(ngettext("%(n)s of your choices is still on this device only. Open this page again with a connection.", "%(n)s of your choices are still on this device only. Open this page again with a connection.", waiting));
if (lost) words.push(ngettext("%(n)s could not be saved: the time for the pair ran out, and others have judged it.", "%(n)s could not be saved: the time for the pair ran out, and others have judged it.", lost));
box.textContent = words.join(" ");
box.hidden = !words.length;
document.documentElement.dataset.ready = "studies";
