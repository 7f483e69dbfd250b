// What a person does on the rating page: each deed becomes an operation, on the screen and in the queue at once.

import { isGiven, NONE } from "./answers.js";
import { find } from "./dom.js";
import { lacks, pointsAt, sent, turned, withPersonal } from "./evidence.js";
import { holds, inWords } from "./labels.js";
import { showMeaning } from "./meaning.js";
import { View } from "./view.js";
import { fill, gettext } from "../words.js";

const POINT = gettext("Point at what supports or contradicts the turn, or say that it is personal knowledge.");

export class Desk extends View {
  /** Apply on the screen, keep, and send. */
  do(fields) {
    if (this.readonly) return;
    this.answers.apply(this.sync.enqueue(fields));
    this.labels.update(fields.question, this.answers.get(fields.turn, fields.question));
    this.knowledge.mark(this.pointing());
    this.mark();
  }

  #change(question, kind, after) {
    const turn = this.places.indexAt(this.place);
    const before = this.answers.get(turn, question.id);
    const { value, reason } = after;
    const more = kind === "note" ? { note: after.note } : kind === "evidence" ? { evidence: sent(after.evidence) } : {};
    this.do({ kind, turn, question: question.id, value: kind === "rate" ? value : null, reason: kind === "rate" ? reason : "", ...more, before, after });
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
    // "No claim" has nothing to point at.
    const evidence = choice.answer.reason ? null : before.evidence;
    return this.#change(question, "rate", { ...before, ...choice.answer, evidence });
  }

  /** Change the evidence; false when it may not be, and then the person is told why. */
  #point(change) {
    const pointing = this.pointing();
    if (!pointing || this.readonly) return false;
    const before = this.places.answerAt(this.place, pointing.question);
    if (before.reason) {
      this.status.say(fill(gettext("\"%(answer)s\" has nothing to point at."), { answer: inWords(pointing.question, before) }));
      return false;
    }
    this.#change(pointing.question, "evidence", { ...before, evidence: change(before.evidence) });
    return true;
  }

  turnSentence(at, order) {
    this.#point((evidence) => turned(evidence, at, order));
  }

  /** The speaker's own knowledge, on and off. */
  personal() {
    if (!this.pointing()) return false;
    if (this.#point(withPersonal)) this.status.say(fill(gettext("Evidence: %(evidence)s."), { evidence: pointsAt(this.pointing().evidence) || gettext("none") }));
    return undefined;
  }

  /** Into the reading set, to point at sentences; false where nothing asks for it. */
  point() {
    const pointing = this.pointing();
    if (!pointing) return false;
    this.openKnowledge(true);
    if (this.knowledge.enter()) return undefined;
    this.openKnowledge(false);
    return this.status.say(gettext("There is no text to point at: say that it is personal knowledge, or that nothing is claimed."));
  }

  leaveEvidence() {
    this.openKnowledge(false);
    const question = this.pointing()?.question;
    if (question) this.activate(question.id);
    this.dialogue.focus(this.place, { move: true });
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
    this.status.say(fill(gettext("Restored: %(answer)s."), { answer: inWords(this.questionOf(step.question), step.after) || gettext("no answer") }));
  }

  commit() {
    const { places } = this;
    const next = places.nextOpen(this.place, this.active);
    if (this.payload.training?.feedback) return this.status.say(gettext("Ctrl+Enter goes on."));
    if (!next && !places.complete) return this.reveal();
    if (!next) {
      this.status.say(gettext("Every required answer is given. Ctrl+Enter submits."));
      return find("submit").focus();
    }
    if (next.place === this.place && next.question.id === this.active) {
      if (!lacks(next.question, places.answerAt(this.place, next.question))) return this.status.say(gettext("This question needs an answer."));
      this.point();
      return this.status.say(POINT);
    }
    this.place = next.place;
    this.active = next.question.id;
    return this.show();
  }

  reveal() {
    if (this.readonly) return;
    const next = this.places.nextOpen();
    if (next) {
      this.place = next.place; this.active = next.question.id; this.show();
      this.status.say(gettext("Rate this turn first; then the next one is shown."));
      return;
    }
    const turn = this.places.turns.length;
    if (this.sync.pending.some((operation) => operation.kind === "reveal" && operation.turn === turn)) return;
    this.sync.enqueue({ kind: "reveal", turn, question: null });
  }

  submit() {
    if (this.payload.training?.feedback) return void this.onward();
    if (this.readonly) return;
    if (!this.places.complete) return this.reveal();
    const missing = this.places.nextOpen();
    if (missing) {
      this.place = missing.place; this.active = missing.question.id; this.show();
      const words = lacks(missing.question, this.places.answerAt(this.place, missing.question))
        ? gettext("Not yet: \"%(question)s\" needs to point at something here.") : gettext("Not yet: \"%(question)s\" needs an answer here.");
      this.status.say(fill(words, { question: missing.question.name }));
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
      case "meaning": return question ? showMeaning(question) : false;
      case "sheet": return find("keys-dialog").showModal();
      case "evidence": return this.point();
      case "personal": return this.personal();
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
