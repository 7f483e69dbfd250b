// The judging page: asks for a pair, shows it, keeps each choice on this device until the server has it.

import { beacon, post, Unreachable } from "../rating/api.js";
import { find } from "../rating/dom.js";
import { listen } from "../rating/keys.js";
import { askReason } from "../rating/skip.js";
import { Status } from "../rating/status.js";
import { Sync } from "../rating/sync.js";
import { ActiveTime } from "../rating/timer.js";
import { addressOf, flush, openChoices } from "./flush.js";
import { ANSWERS, Questions, showPair } from "./pair.js";
import { fill, gettext, ngettext } from "../words.js";

const BEAT = 120000;
const AGAIN = 4000;
const ONWARD = "evalsite-study-onward";

class Page {
  active = 0; // the question that the keys answer
  leaving = false; // done or skipped here, not yet acknowledged
  ended = false; // the place is gone

  constructor(options, store) {
    Object.assign(this, { options, store, status: new Status(store) });
  }

  get readonly() {
    return this.leaving || this.ended || !this.pair;
  }

  /** Send what an earlier visit left here, then ask for a pair; try again while the server is away. */
  async start() {
    const { lost, waiting } = await flush(this.store, this.options.user, this.options.pair);
    if (waiting) return this.later(ngettext("%(n)s of your choices waits on this device for a connection.", "%(n)s of your choices wait on this device for a connection.", waiting));
    let answer;
    try {
      answer = await post(this.options.next);
    } catch (problem) {
      if (!(problem instanceof Unreachable)) throw problem;
      return this.later(gettext("The server cannot be reached."));
    }
    const { status, ok, data } = answer;
    if (status === 401 || status === 403) return this.later(gettext("You are signed out: sign in again in another tab."));
    if (!ok || !data.pair) return this.nothing(data?.words ?? gettext("This study is not open any more."));
    this.take(data.pair);
    if (lost) this.status.notice(ngettext("%(n)s of your choices for an earlier pair could not be saved: its time had run out.", "%(n)s of your choices for an earlier pair could not be saved: its time had run out.", lost));
  }

  later(words) {
    this.status.notice(`${words} ${gettext("Trying again…")}`);
    document.documentElement.dataset.ready = "waiting";
    setTimeout(() => this.start(), AGAIN);
  }

  nothing(words) {
    find("columns").hidden = true;
    find("count").textContent = "";
    find("save-state").textContent = "";
    this.status.notice(words, gettext("Back to the studies"), () => location.assign(this.options.studies));
    find("notice").querySelector("button").focus();
    document.documentElement.dataset.ready = "nothing";
  }

  take(pair) {
    this.pair = pair;
    this.choices = pair.questions.map((question) => pair.choices[question.id] ?? null);
    this.base = addressOf(this.options.pair, pair.place.id);
    this.timer = new ActiveTime({ 0: pair.active_ms });
    this.timer.running = true;
    this.sync = new Sync({ store: this.store, user: this.options.user, task: pair.place.id, base: this.base, on: {
      state: (state) => this.status.show(state, this.sync.pending.length, this.sync.receipt),
      // The next pair comes with a fresh page: nothing of this one stays.
      acknowledged: (operation) => ["submit", "skip"].includes(operation.kind) && location.reload(),
      conflict: () => {}, // the last choice that arrives counts: there is nothing to merge
      gone: (words) => this.gone(words),
      refused: (words, operation, data) => this.refused(words, operation, data),
      times: () => this.timer.totals(),
    } });
    this.sync.version = pair.place.version;
    this.status.show("saved", 0);
    this.questions = new Questions(pair.questions, {
      choose: (question, value) => this.choose(pair.questions.indexOf(question), value),
      activate: (place) => place !== this.active && this.go(place),
    });
    showPair(pair);
    find("note").value = pair.note;
    find("count").textContent = fill(gettext("%(judged)s judged by you · %(left)s more free"), pair);
    find("columns").hidden = false;
    this.status.notice("");
    this.active = Math.max(0, this.choices.indexOf(null));
    this.mark();
    find("columns").querySelector(".dialogue").scrollTop = 0;
    document.documentElement.dataset.ready = "judging";
  }

  mark() {
    this.questions?.mark(this.choices, this.active, this.readonly);
    const complete = this.complete;
    find("submit").disabled = find("skip").disabled = this.readonly;
    find("note").readOnly = this.readonly;
    find("submit").classList.toggle("primary", complete);
    find("previous").disabled = this.active === 0;
    find("next").disabled = this.active === this.choices.length - 1;
  }

  get complete() {
    return this.choices.every((choice) => choice !== null);
  }

  go(place) {
    this.active = Math.min(Math.max(place, 0), this.choices.length - 1);
    this.mark();
  }

  choose(place, value) {
    if (this.readonly) return;
    const question = this.pair.questions[place];
    if (this.choices[place] !== value) {
      this.choices[place] = value;
      this.sync.enqueue({ kind: "choose", question: question.id, value });
    }
    find("live").textContent = `${question.name}: ${ANSWERS.find((answer) => answer.value === value).label}`;
    const open = this.choices.indexOf(null, place);
    this.active = open >= 0 ? open : this.complete ? place : this.choices.indexOf(null);
    this.mark();
    if (this.complete && find("onward").checked) this.done();
  }

  note() {
    const text = find("note").value;
    if (this.readonly || text === this.pair.note) return;
    this.pair.note = text;
    this.sync.enqueue({ kind: "note", note: text });
  }

  done() {
    if (this.readonly) return;
    if (!this.complete) {
      this.go(this.choices.indexOf(null));
      this.status.say(fill(gettext("Not yet: \"%(question)s\" needs an answer."), { question: this.pair.questions[this.active].name }));
      return;
    }
    this.note();
    this.leave({ kind: "submit" });
  }

  async skip() {
    if (this.readonly) return;
    const chosen = await askReason(find("skip-dialog"));
    if (chosen) this.leave({ kind: "skip", ...chosen });
  }

  leave(fields) {
    this.leaving = true;
    this.timer.running = false;
    this.sync.enqueue(fields);
    this.mark();
  }

  gone(words) {
    this.ended = true;
    this.timer.running = false;
    this.sync.replace([], 0);
    this.status.notice(words, gettext("Next pair"), () => location.reload());
    this.mark();
  }

  refused(words, operation, data) {
    this.leaving = this.sync.pending.some((one) => ["submit", "skip"].includes(one.kind));
    const missing = data?.missing?.[0];
    if (missing) this.go(this.pair.questions.findIndex((question) => question.id === missing.question));
    if (missing) this.status.notice(words);
    else this.status.notice(words, gettext("Show what is saved"), () => location.reload());
    this.mark();
  }

  async beat() {
    if (!this.pair || this.readonly || Date.now() - this.timer.seen > BEAT) return;
    try {
      const { status, data } = await post(`${this.base}heartbeat/`, { times: this.timer.totals() });
      if (status === 410) this.gone(data.words);
    } catch (problem) {
      if (!(problem instanceof Unreachable)) throw problem;
    }
  }

  /** A key's action; false lets the browser have the key. */
  act({ name }) {
    if (!this.pair) return false;
    switch (name) {
      case "a": case "b": case "equal": return this.choose(this.active, name);
      case "next": return this.go(this.active + 1);
      case "previous": return this.go(this.active - 1);
      case "commit": case "submit": return this.done();
      case "note": return find("note").focus();
      case "leave": return document.activeElement.blur();
      case "skip": return void this.skip();
      case "sheet": return find("keys-dialog").showModal();
      default: return false;
    }
  }
}

const { user, next, pair, studies } = find("desk").dataset;
const page = new Page({ user: Number(user), next, pair, studies }, await openChoices());
listen((action) => page.act(action), { a: "a", b: "b", e: "equal" });
for (const [id, name] of Object.entries({ submit: "submit", skip: "skip", sheet: "sheet", previous: "previous", next: "next" })) {
  find(id).addEventListener("click", () => page.act({ name }));
}
find("note").addEventListener("change", () => page.note());
find("instructions")?.addEventListener("click", () => find("instructions-dialog").showModal());
find("knowledge-toggle").addEventListener("click", (event) => {
  const open = find("desk").classList.toggle("knowledge-open");
  event.currentTarget.setAttribute("aria-expanded", String(open));
});
find("onward").checked = localStorage.getItem(ONWARD) === "yes";
find("onward").addEventListener("change", (event) => localStorage.setItem(ONWARD, event.target.checked ? "yes" : "no"));
setInterval(() => page.beat(), BEAT);
window.addEventListener("pagehide", () => page.pair && !page.readonly && beacon(`${page.base}heartbeat/`, { times: page.timer.totals() }));
window.addEventListener("beforeunload", (event) => {
  if (page.sync?.pending.length && !page.store.durable) event.preventDefault();
});
await page.start();
