// JSON to the server and back. A server that does not answer, or only with an error of its own, is `Unreachable`.

export class Unreachable extends Error {}

const TIMEOUT = 15000;

function csrf() {
  // Read each time: the cookie changes when the person signs in again in another tab.
  const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT), ...options });
  } catch (problem) {
    throw new Unreachable(problem.message);
  }
  if (response.status >= 500 || response.status === 429) throw new Unreachable(`status ${response.status}`);
  let data = null;
  try {
    data = await response.json();
  } catch {
    if (response.ok) throw new Unreachable("not the answer of our server");
  }
  return { status: response.status, ok: response.ok, data };
}

export const get = (path) => call(path, { headers: { Accept: "application/json" } });

export const post = (path, body) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(body ?? {}),
  });

/** Sent while the page goes away: a beacon that may carry the CSRF header, which sendBeacon may not. */
export function beacon(path, body) {
  fetch(path, {
    method: "POST",
    keepalive: true,
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(body),
  }).catch(() => {});
}
