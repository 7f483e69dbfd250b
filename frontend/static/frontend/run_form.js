// Of the settings of a run, those that the chosen checkpoint's metric offers; the server checks them again.
const offered = JSON.parse(document.getElementById("offered")?.textContent ?? "{}");
const checkpoint = document.getElementById("id_checkpoint");

const fit = () => {
  const offers = offered[checkpoint.value] ?? {};
  for (const name of ["preset", "conversation"]) {
    const choice = document.getElementById(`id_${name}`);
    choice.closest(".field").hidden = !offers[name];
    for (const option of choice.options) {
      const known = option.value === "" || (offers[name] ?? []).includes(option.value);
      option.hidden = option.disabled = !known;
      if (!known && option.selected) choice.value = "";
    }
  }
};

if (checkpoint) {
  checkpoint.addEventListener("change", fit);
  fit();
}
