// Runs before the first paint: the choice of light or dark is kept in this browser only.
(() => {
  const key = "evalsite-theme";
  const root = document.documentElement;
  let stored = null;
  try { stored = localStorage.getItem(key); } catch { /* storage may be blocked: the system's choice stays */ }
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem(key, root.dataset.theme); } catch { /* only for this page, then */ }
  });
})();
