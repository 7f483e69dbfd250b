// The rating page: from a key or a click to an answer on the screen, in the store, and on the server.

import { beacon, get, post, Unreachable } from "./api.js";
import { Answers, isGiven, NONE } from "./answers.js";
import { Dialogue } from "./dialogue.js";
import { find } from "./dom.js";
import { listen } from "./keys.js";
import { Knowledge } from "./knowledge.js";
import { holds, inWords, Labels } from "./labels.js";
import { ask, compare, operationFor } from "./merge.js";
import { Places } from "./places.js";
import { Status } from "./status.js";
import { openStore } from "./store.js";
import { Sync } from "./sync.js";
import { OneWriter } from "./tabs.js";
import { ActiveTime } from "./timer.js";

const BEAT = 120000;

class Page {
  place = 0;
  active = null; // id of the question that the digits answer
  leaving = false; // submitted or skipped here, not yet acknowledged
  writer = false;

  constructor(payload, options, store) {
    this.options = options;
    this.answers = new Answers();
    this.status = new Status(store);
    this.timer = new ActiveTime(payload.times);
    this.sync = new Sync({ store, user: options.user, task: payload.task.id, base: options.api, on: {
      state: (state) => this.status.show(state, this.sync.pending.length),
      acknowledged: (operation, answer) => this.acknowledged(operation, answer),
      conflict: (standing) => this.merge(standing),
      gone: (words) => this.gone(words),
      refused: (words, operation, data) => this.refused(words, operation, data),
      times: () => this.timer.totals(),
    } });
    this.tab = new OneWriter(`evalsite-task-${payload.task.id}`, {
      gained: () => this.gained(), lost: () => this.lost(), saved: () => !this.writer && this.reload(),
    });
    this.dialogue = new Dialogue(find("turns"), { choose: (place) => this.go(place) });
    this.knowledge = new Knowledge(find("knowledge"));
    this.labels = new Labels(find("labels"), {
      answer: (question, choice) => this.answer(question, choice),
      activate: (id) => this.activate(id),
      note: (question, text) => this.note(question, text),
      clear: (question) => this.clear(question),
    });
    this.take(payload);
  }

  /** What the server holds becomes what is shown, with everything that waits on top. */
  take(payload) {
    this.payload = payload;
    this.answers.load(payload);
    for (const operation of this.sync.pending) this.answers.apply(operation);
    this.places = new Places(payload, this.answers);
    this.place = Math.min(this.place, this.places.count - 1);
    this.dialogue.render(this.places);
  }

  async start() {
    const open = ["open", "released"].includes(this.payload.task.state);
    await this.sync.load(this.payload.task.version);
    this.leaving = this.sync.pending.some((operation) => ["submit", "skip"].includes(operation.kind));
    this.take(this.payload);
    const first = this.places.nextOpen();
    this.place = first ? first.place : 0;
    if (!open && !this.sync.pending.length) this.status.notice(`This conversation was ${this.payload.task.state}. You can read your answers here.`);
    else if (await this.tab.start()) this.write();
    else this.lost();
    this.show({ move: false });
    setInterval(() => this.beat(), BEAT);
    window.addEventListener("pagehide", () => this.writer && beacon(`${this.options.api}heartbeat/`, { times: this.timer.totals() }));
    window.addEventListener("beforeunload", (event) => {
      if (this.sync.pending.length && !this.sync.store.durable) event.preventDefault();
    });
  }

  get readonly() {
    return !this.writer || this.leaving;
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
    this.status.notice("This conversation is open in another tab. Here you can only read.", "Take over here", () => this.tab.takeOver());
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

  // ---- what is shown

  show({ move = true } = {}) {
    const { places, place } = this;
    const turn = places.turnAt(place);
    const questions = places.questionsAt(place);
    if (!questions.some((question) => question.id === this.active)) {
      this.active = (questions.find((question) => places.isOpen(place, question)) ?? questions[0])?.id ?? null;
    }
    this.timer.focus(turn ? turn.index : places.total);
    this.labels.render({
      heading: turn ? `Turn ${turn.index + 1} of ${places.total} · ${turn.speaker}` : "The conversation as a whole",
      questions, answerTo: (question) => places.answerAt(place, question), readonly: this.readonly,
      empty: "Nothing is asked about this turn.",
    });
    this.labels.activate(this.active);
    this.knowledge.render(turn, this.payload.sections);
    this.dialogue.focus(place, { move });
    this.mark();
  }

  mark() {
    const { places } = this;
    const states = places.states();
    this.dialogue.mark(states);
    const rated = states.filter((state, place) => places.turnAt(place) && state.done === state.total).length;
    find("count").textContent = `Turn ${Math.min(this.place + 1, places.total)} of ${places.total} · ${rated} rated`;
    find("progress").max = places.total;
    find("progress").value = rated;
    find("undo").disabled = this.readonly || !this.answers.undoing();
    find("redo").disabled = this.readonly || !this.answers.redoing();
    find("skip").disabled = this.readonly;
    find("submit").disabled = this.readonly;
    find("submit").classList.toggle("primary", places.complete && !places.nextOpen());
    find("more").hidden = places.complete;
    find("previous").disabled = this.place === 0;
  }

  go(place) {
    if (place < 0) return;
    if (place >= this.places.count) {
      if (!this.places.complete) this.reveal();
      return;
    }
    this.active = null;
    this.place = place;
    this.show();
  }

  activate(id) {
    if (id === this.active) return;
    this.active = id;
    this.labels.activate(id);
  }

  // ---- what is said

  /** Apply on the screen, keep, and send. */
  do(fields) {
    if (this.readonly) return;
    this.answers.apply(this.sync.enqueue(fields));
    this.labels.update(fields.question, this.answers.get(fields.turn, fields.question));
    this.mark();
  }

  #change(question, kind, after) {
    const turn = this.places.indexAt(this.place);
    const before = this.answers.get(turn, question.id);
    const { value, reason } = after;
    const note = kind === "note" ? { note: after.note } : {};
    this.do({ kind, turn, question: question.id, value: kind === "rate" ? value : null, reason: kind === "rate" ? reason : "", ...note, before, after });
  }

  answer(question, choice) {
    const before = this.places.answerAt(this.place, question);
    this.activate(question.id);
    if (question.kind === "labels" && !choice.answer.reason) {
      const had = before.value ?? [];
      const one = choice.answer.value;
      const order = question.scale.map((point) => point.value);
      const value = (had.includes(one) ? had.filter((other) => other !== one) : [...had, one]).sort((a, b) => order.indexOf(a) - order.indexOf(b));
      return value.length ? this.#change(question, "rate", { ...before, value, reason: "" }) : this.clear(question);
    }
    if (holds(question, before, choice)) return this.labels.update(question.id, before);
    return this.#change(question, "rate", { ...before, ...choice.answer });
  }

  clear(question) {
    const before = this.places.answerAt(this.place, question);
    if (isGiven(before)) this.#change(question, "clear", { ...NONE, note: before.note });
  }

  note(question, text) {
    const before = this.places.answerAt(this.place, question);
    if (before.note !== text) this.#change(question, "note", { ...before, note: text });
  }

  back(step) {
    if (!step || this.readonly) return;
    const place = this.places.placeOf(step.turn);
    if (place !== this.place && place >= 0) { this.place = place; this.active = step.question; this.show(); }
    this.activate(step.question);
    this.do(step);
    this.status.say(`Restored: ${inWords(this.questionOf(step.question), step.after) || "no answer"}.`);
  }

  questionOf(id) {
    return this.payload.questions.find((question) => question.id === id);
  }

  commit() {
    const { places } = this;
    const next = places.nextOpen(this.place, this.active);
    if (!next && !places.complete) return this.reveal();
    if (!next) {
      this.status.say("Every required answer is given. Ctrl+Enter submits.");
      return find("submit").focus();
    }
    if (next.place === this.place && next.question.id === this.active) return this.status.say("This question needs an answer.");
    this.place = next.place;
    this.active = next.question.id;
    return this.show();
  }

  reveal() {
    if (this.readonly) return;
    const next = this.places.nextOpen();
    if (next) {
      this.place = next.place; this.active = next.question.id; this.show();
      this.status.say("Rate this turn first; then the next one is shown.");
      return;
    }
    const turn = this.places.turns.length;
    if (this.sync.pending.some((operation) => operation.kind === "reveal" && operation.turn === turn)) return;
    this.sync.enqueue({ kind: "reveal", turn, question: null });
  }

  submit() {
    if (this.readonly) return;
    if (!this.places.complete) return this.reveal();
    const missing = this.places.nextOpen();
    if (missing) {
      this.place = missing.place; this.active = missing.question.id; this.show();
      this.status.say(`Not yet: "${missing.question.name}" needs an answer here.`);
      return;
    }
    this.leave({ kind: "submit" });
  }

  async skip() {
    if (this.readonly) return;
    const { askReason } = await import("./skip.js");
    const chosen = await askReason(find("skip-dialog"));
    if (chosen) this.leave({ kind: "skip", ...chosen });
  }

  leave(fields) {
    this.leaving = true;
    this.timer.running = false;
    this.sync.enqueue(fields);
    this.show({ move: false });
  }

  // ---- what the server said

  async acknowledged(operation, answer) {
    this.tab.tell();
    if (operation.kind === "reveal") {
      if (await this.reload()) this.go(this.places.turns.length - 1);
    } else if (operation.kind === "submit" || operation.kind === "skip") {
      await this.onward();
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
    this.status.say("Answers from another window were taken in. Look them over, then submit.");
  }

  describe({ turn, question, after, saved }) {
    const asked = this.questionOf(question);
    const words = (answer) => (inWords(asked, answer) || "no answer") + (answer.note ? ` (note: ${answer.note})` : "");
    const where = turn === null ? "The conversation" : `Turn ${turn + 1}`;
    return { where: `${where} · ${asked?.name ?? "question"}`, mine: words(after), saved: words(saved) };
  }

  gone(words) {
    this.writer = false;
    this.timer.running = false;
    this.status.notice(words, "Back to the queue", () => location.assign(this.options.queue));
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

  /** A key's action; false lets the browser have the key. */
  act({ name, key }) {
    const question = this.questionOf(this.active);
    switch (name) {
      case "next": return this.go(this.place + 1);
      case "previous": return this.go(this.place - 1);
      case "commit": return this.commit();
      case "submit": document.activeElement?.blur?.(); return this.submit();
      case "undo": return this.back(this.answers.undoing());
      case "redo": return this.back(this.answers.redoing());
      case "skip": return void this.skip();
      case "note": return question && this.labels.openNote(question.id);
      case "clear": return question && !this.readonly ? this.clear(question) : undefined;
      case "leave": document.activeElement.blur(); return undefined;
      case "sheet": return find("keys-dialog").showModal();
      case "question-on": return this.step(1);
      case "question-back": return this.step(-1);
      default: break;
    }
    const choice = question && this.labels.choiceOf(question.id, key);
    if (!choice) return false;
    return this.readonly ? undefined : this.answer(question, choice);
  }

  step(by) {
    const questions = this.places.questionsAt(this.place);
    const at = questions.findIndex((question) => question.id === this.active);
    const next = questions[at + by];
    if (next) this.activate(next.id);
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
find("knowledge-toggle").addEventListener("click", (event) => {
  const open = find("desk").classList.toggle("knowledge-open");
  event.currentTarget.setAttribute("aria-expanded", String(open));
});
await page.start();
document.documentElement.dataset.ready = "rating";
