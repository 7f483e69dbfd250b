// A drawing as a picture: the SVG that stands alone, on white, at three times its size.
const SCALE = 3;

const picture = async (address) => {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const text = await answer.text();
  const [, , width, height] = text.match(/viewBox="([^"]+)"/)[1].split(" ").map(Number);
  const image = new Image(width * SCALE, height * SCALE);
  const sized = text.replace("<svg ", `<svg width="${width * SCALE}" height="${height * SCALE}" `);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  button.disabled = true;
  try {
    const name = button.dataset.png.split("/").slice(-2).join("-").replace(/\.svg$/, ".png");
    Object.assign(document.createElement("a"), { href: await picture(button.dataset.png), download: name }).click();
    button.disabled = false;
  } catch {
    button.textContent = button.dataset.failed;
  }
});
