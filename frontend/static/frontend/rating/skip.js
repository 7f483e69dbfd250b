// Why a conversation is skipped: asked in a dialog, answered by keys or mouse.

/** Resolves to {reason, note}, or null when the person thought better of it. */
export function askReason(dialog) {
  const form = dialog.querySelector("form");
  const note = form.elements.note;
  form.reset();
  const check = () => { note.required = form.elements.reason.value === "other"; };
  form.addEventListener("change", check);
  check();
  dialog.showModal();
  form.querySelector("input[type=radio]").focus();
  return new Promise((resolve) => {
    const end = () => {
      form.removeEventListener("change", check);
      resolve(dialog.returnValue === "skip" ? { reason: form.elements.reason.value, note: note.value } : null);
    };
    dialog.returnValue = "";
    dialog.addEventListener("close", end, { once: true });
  });
}
