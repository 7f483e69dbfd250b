// On the list of studies: sends what was chosen on this device but never reached the server, and says how it went.

import { find } from "../rating/dom.js";
import { flush, openChoices } from "./flush.js";

const box = find("unsent");
const { sent, lost, waiting } = await flush(await openChoices(), Number(box.dataset.user), box.dataset.pair);
const words = [];
if (sent) words.push(`${sent} ${sent === 1 ? "thing" : "things"} that you chose without a connection ${sent === 1 ? "was" : "were"} saved now.`);
if (waiting) words.push(`${waiting} of your choices ${waiting === 1 ? "is" : "are"} still on this device only. Open this page again with a connection.`);
if (lost) words.push(`${lost} could not be saved: the time for the pair ran out, and others have judged it.`);
box.textContent = words.join(" ");
box.hidden = !words.length;
document.documentElement.dataset.ready = "studies";
