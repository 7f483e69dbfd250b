// The sheet of keys: "?" or its button opens it, Esc or its button closes it. Rooms with a sheet of their own keep it.
const sheet = document.getElementById("app-keys");
const own = document.getElementById("keys-dialog");
const typing = (target) => target.closest?.("input, select, textarea, [contenteditable]");

const open = () => { if (sheet && !sheet.open) sheet.showModal(); };

if (own) document.querySelector("[data-opens-keys]")?.remove();
else {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-keys]")) open();
    if (event.target === sheet) sheet.close(); // the backdrop
  });
}
