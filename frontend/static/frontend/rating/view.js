// What the rating page shows: the focused turn, its questions, what its speaker had read, and how far one is.

import { Answers } from "./answers.js";
import { Dialogue } from "./dialogue.js";
import { find } from "./dom.js";
import { Knowledge } from "./knowledge.js";
import { Labels } from "./labels.js";
import { showMeaning } from "./meaning.js";
import { Places } from "./places.js";
import { Status } from "./status.js";
import { ActiveTime } from "./timer.js";
import { fill, gettext } from "../words.js";

export class View {
  place = 0;
  active = null; // id of the question that the digits answer
  leaving = false; // submitted or skipped here, not yet acknowledged
  writer = false;

  constructor(payload, store) {
    this.answers = new Answers();
    this.status = new Status(store);
    this.timer = new ActiveTime(payload.times);
    this.dialogue = new Dialogue(find("turns"), { choose: (place) => this.go(place) });
    this.knowledge = new Knowledge(find("knowledge"), {
      turn: (at, order) => this.turnSentence(at, order), leave: () => this.leaveEvidence(),
    });
    this.labels = new Labels(find("labels"), {
      answer: (question, choice) => this.answer(question, choice),
      activate: (id) => this.activate(id),
      note: (question, text) => this.note(question, text),
      clear: (question) => this.clear(question),
      point: (question) => { this.activate(question.id); this.point(); },
      meaning: (question) => { this.activate(question.id); showMeaning(question); },
      personal: (question) => { this.activate(question.id); this.personal(); },
    });
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

  get readonly() {
    return !this.writer || this.leaving;
  }

  show({ move = true } = {}) {
    const { places, place } = this;
    const turn = places.turnAt(place);
    const questions = places.questionsAt(place);
    if (!questions.some((question) => question.id === this.active)) {
      this.active = (questions.find((question) => places.isOpen(place, question)) ?? questions[0])?.id ?? null;
    }
    this.timer.focus(turn ? turn.index : places.total);
    this.labels.render({
      heading: turn ? `${fill(gettext("Turn %(turn)s of %(total)s"), { turn: turn.index + 1, total: places.total })} · ${turn.speaker}` : gettext("The conversation as a whole"),
      questions, answerTo: (question) => places.answerAt(place, question), readonly: this.readonly, feedbackTo: (question) => places.feedbackAt(place, question),
      empty: gettext("Nothing is asked about this turn."),
    });
    this.labels.activate(this.active);
    this.knowledge.render(turn, this.payload.sections, this.pointing());
    this.dialogue.focus(place, { move });
    this.mark();
  }

  mark() {
    const { places } = this;
    const states = places.states();
    this.dialogue.mark(states);
    const rated = states.filter((state, place) => places.turnAt(place) && state.done === state.total).length;
    find("count").textContent = fill(gettext("Turn %(turn)s of %(total)s · %(rated)s rated"), { turn: Math.min(this.place + 1, places.total), total: places.total, rated });
    find("progress").max = places.total;
    find("progress").value = rated;
    find("undo").disabled = this.readonly || !this.answers.undoing();
    find("redo").disabled = this.readonly || !this.answers.redoing();
    find("skip").disabled = this.readonly;
    const learned = Boolean(this.payload.training?.feedback);
    find("submit").disabled = this.readonly && !learned;
    find("submit").classList.toggle("primary", learned || (places.complete && !places.nextOpen()));
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
    this.knowledge.mark(this.pointing());
  }

  /** What sentences are pointed at for here: {question, evidence, readonly}; null where nothing asks for any. */
  pointing() {
    const question = this.places.pointingAt(this.place, this.active);
    if (!question) return null;
    return { question, evidence: this.places.answerAt(this.place, question).evidence, readonly: this.readonly };
  }

  openKnowledge(open) {
    find("desk").classList.toggle("knowledge-open", open);
    find("knowledge-toggle").setAttribute("aria-expanded", String(open));
  }

  questionOf(id) {
    return this.payload.questions.find((question) => question.id === id);
  }
}
