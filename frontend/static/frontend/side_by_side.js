// Keys of the side-by-side page: j/k walk the turns, [ and ] walk the conversations by gap.
const turns = [...document.querySelectorAll(".turn")];
const typing = (event) => event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const here = turns.indexOf(document.activeElement.closest(".turn"));
  if (event.key === "j" || event.key === "k") {
    const next = Math.min(Math.max(here + (event.key === "j" ? 1 : -1), 0), turns.length - 1);
    turns[next]?.focus();
    turns[next]?.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }
  const link = { "[": "previous", "]": "following" }[event.key];
  if (link) document.getElementById(link)?.click();
});
