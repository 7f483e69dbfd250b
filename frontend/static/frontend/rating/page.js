// The rating page: one window, the store on this device, and the server.

import { beacon, get, post, Unreachable } from "./api.js";
import { Desk } from "./desk.js";
import { find } from "./dom.js";
import { normal, pointsAt } from "./evidence.js";
import { listen } from "./keys.js";
import { inWords } from "./labels.js";
import { ask, compare, operationFor } from "./merge.js";
import { openStore } from "./store.js";
import { Sync } from "./sync.js";
import { OneWriter } from "./tabs.js";
import { fill, gettext } from "../words.js";

const BEAT = 120000;
const ENDED = {
  submitted: gettext("This conversation was submitted. You can read your answers here."),
  skipped: gettext("This conversation was skipped. You can read your answers here."),
};

class Page extends Desk {
  constructor(payload, options, store) {
    super(payload, store);
    this.options = options;
    this.sync = new Sync({ store, user: options.user, task: payload.task.id, base: options.api, on: {
      state: (state) => this.status.show(state, this.sync.pending.length, this.sync.receipt),
      acknowledged: (operation, answer) => this.acknowledged(operation, answer),
      conflict: (standing) => this.merge(standing),
      gone: (words) => this.gone(words),
      refused: (words, operation, data) => this.refused(words, operation, data),
      times: () => this.timer.totals(),
    } });
    this.tab = new OneWriter(`evalsite-task-${payload.task.id}`, {
      gained: () => this.gained(), lost: () => this.lost(), saved: () => !this.writer && this.reload(),
    });
    this.take(payload);
  }

  async start() {
    const open = ["open", "released"].includes(this.payload.task.state);
    await this.sync.load(this.payload.task.version);
    this.leaving = this.sync.pending.some((operation) => ["submit", "skip"].includes(operation.kind));
    this.take(this.payload);
    const first = this.places.nextOpen() ?? this.places.firstToLearn();
    this.place = first ? first.place : 0;
    if (!open && this.payload.training?.feedback) this.status.notice(this.payload.training.words);
    else if (!open && !this.sync.pending.length) this.status.notice(ENDED[this.payload.task.state] ?? ENDED.submitted);
    else if (await this.tab.start()) this.write();
    else this.lost();
    this.show({ move: false });
    setInterval(() => this.beat(), BEAT);
    window.addEventListener("pagehide", () => this.writer && beacon(`${this.options.api}heartbeat/`, { times: this.timer.totals() }));
    window.addEventListener("beforeunload", (event) => {
      if (this.sync.pending.length && !this.sync.store.durable) event.preventDefault();
    });
  }

  write() {
    this.writer = true;
    this.timer.running = true;
    this.sync.resume();
  }

  lost() {
    this.writer = false;
    this.timer.running = false;
    this.sync.stop("stopped");
    this.status.notice(gettext("This conversation is open in another tab. Here you can only read."), gettext("Take over here"), () => this.tab.takeOver());
    this.show({ move: false });
  }

  async gained() {
    await this.sync.load(this.sync.version);
    await this.reload();
    this.status.notice("");
    this.write();
    this.show({ move: false });
  }

  /** Fetch the task again. False when the server cannot be reached. */
  async reload() {
    try {
      const { ok, data } = await get(this.options.api);
      if (!ok) return false;
      if (!this.sync.pending.length) this.sync.version = data.task.version;
      this.take(data);
      this.show({ move: false });
      return true;
    } catch (problem) {
      if (problem instanceof Unreachable) return false;
      throw problem;
    }
  }

  async acknowledged(operation, answer) {
    this.tab.tell();
    if (operation.kind === "reveal") {
      if (await this.reload()) this.go(this.places.turns.length - 1);
    } else if (operation.kind === "submit" || operation.kind === "skip") {
      // What was expected of a training task comes with the page, once it is submitted.
      if (operation.kind === "submit" && this.payload.training) location.reload();
      else await this.onward();
    } else if (answer.lease_until) this.payload.task.lease_until = answer.lease_until;
  }

  async onward() {
    this.writer = false;
    let next = null;
    try {
      next = (await post(this.options.claim)).data?.task ?? null;
    } catch (problem) {
      if (!(problem instanceof Unreachable)) throw problem;
    }
    location.assign(next ? this.options.rate.replace("/0/", `/${next}/`) : this.options.queue);
  }

  async merge(standing) {
    const { free, clashes } = compare(this.sync.pending, standing);
    const skip = this.sync.pending.find((operation) => operation.kind === "skip");
    const mine = clashes.length ? await ask(find("merge-dialog"), clashes, (clash) => this.describe(clash)) : [];
    const { version } = standing.task;
    await this.sync.replace([], version);
    this.leaving = Boolean(skip);
    if (!(await this.reload())) this.take({ ...this.payload, ...standing });
    this.sync.resume();
    const operations = [...free, ...mine].map(operationFor);
    for (const operation of operations) this.answers.apply(this.sync.enqueue(operation));
    if (skip) this.sync.enqueue({ kind: "skip", reason: skip.reason, note: skip.note });
    this.show({ move: false });
    this.status.say(gettext("Answers from another window were taken in. Look them over, then submit."));
  }

  describe({ turn, question, after, saved }) {
    const asked = this.questionOf(question);
    const words = (answer) => (inWords(asked, answer) || gettext("no answer")) +
      (answer.evidence ? `, ${pointsAt(normal(answer.evidence))}` : "") + (answer.note ? ` ${fill(gettext("(note: %(note)s)"), { note: answer.note })}` : "");
    const where = turn === null ? gettext("The conversation") : fill(gettext("Turn %(turn)s"), { turn: turn + 1 });
    return { where: `${where} · ${asked?.name ?? gettext("question")}`, mine: words(after), saved: words(saved) };
  }

  gone(words) {
    this.writer = false;
    this.timer.running = false;
    this.status.notice(words, gettext("Back to the queue"), () => location.assign(this.options.queue));
    this.show({ move: false });
  }

  async refused(words, operation, data) {
    this.leaving = this.sync.pending.some((one) => ["submit", "skip"].includes(one.kind));
    await this.reload();
    this.timer.running = this.writer;
    this.show({ move: false });
    const missing = data?.missing?.[0];
    if (missing) { this.go(this.places.placeOf(missing.turn)); this.activate(missing.question); }
    this.status.notice(words);
  }

  async beat() {
    if (this.readonly || Date.now() - this.timer.seen > BEAT) return;
    try {
      const { status, data } = await post(`${this.options.api}heartbeat/`, { times: this.timer.totals() });
      if (status === 410) this.gone(data.words);
    } catch (problem) {
      if (!(problem instanceof Unreachable)) throw problem;
    }
  }
}

const payload = JSON.parse(find("payload").textContent);
const { user, api, claim, rate, queue } = find("desk").dataset;
const page = new Page(payload, { user: Number(user), api, claim, rate, queue }, await openStore());
listen((action) => page.act(action));
for (const [id, action] of Object.entries({
  undo: "undo", redo: "redo", skip: "skip", submit: "submit", sheet: "sheet", previous: "previous", next: "next", more: "next", enter: "commit",
})) find(id)?.addEventListener("click", () => page.act({ name: action }));
find("instructions")?.addEventListener("click", () => find("instructions-dialog").showModal());
find("knowledge-toggle").addEventListener("click", () => page.openKnowledge(!find("desk").classList.contains("knowledge-open")));
await page.start();
document.documentElement.dataset.ready = "rating";
