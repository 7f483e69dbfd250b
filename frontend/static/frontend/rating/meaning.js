// What the answers of one question mean: guidance, and each answer with its examples, in the words of its version.

import { find } from "./dom.js";

/** Opens it for the question; closed, the browser gives the focus back to where it was. */
export function showMeaning(question) {
  const dialog = find("meaning-dialog");
  for (const part of dialog.querySelectorAll("[data-question]")) part.hidden = Number(part.dataset.question) !== question.id;
  dialog.showModal();
  dialog.querySelector(".meaning-text").scrollTop = 0;
}
