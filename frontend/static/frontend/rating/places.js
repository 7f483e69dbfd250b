// Where one can be in a conversation: its turns, then the conversation as a whole if something is asked about it.

import { isGiven } from "./answers.js";
import { lacks } from "./evidence.js";
import { inWords } from "./labels.js";

export class Places {
  constructor(payload, answers) {
    this.answers = answers;
    this.questions = payload.questions;
    this.turns = payload.turns;
    this.total = payload.conversation.turn_count;
    this.complete = this.turns.length === this.total; // without hindsight, later turns are not here yet
    this.speakers = [...new Set(this.turns.map((turn) => turn.speaker))];
    this.hasEnd = this.complete && this.questions.some((question) => question.about === "conversation");
    this.feedback = payload.training?.feedback ?? []; // of a training task that was submitted
    this.count = this.turns.length + (this.hasEnd ? 1 : 0);
  }

  turnAt(place) {
    return this.turns[place] ?? null;
  }
  /** Index as the server counts it; null for the conversation. */
  indexAt(place) {
    return this.turns[place]?.index ?? null;
  }
  questionsAt(place) {
    const turn = this.turnAt(place);
    if (!turn) return this.questions.filter((question) => question.about === "conversation");
    if (turn.asked === false) return []; // only some turns are rated again
    return this.questions.filter((question) => question.about === "turn" &&
      (!question.speakers.length || question.speakers.includes(turn.speaker)));
  }
  answerAt(place, question) {
    return this.answers.get(this.indexAt(place), question.id);
  }
  isOpen(place, question) {
    const answer = this.answerAt(place, question);
    return (question.required && !isGiven(answer)) || lacks(question, answer);
  }
  stateAt(place) {
    const required = this.questionsAt(place).filter((question) => question.required);
    const words = this.questionsAt(place)
      .map((question) => inWords(question, this.answerAt(place, question))).filter(Boolean).join(" · ");
    const learned = this.feedback.filter((one) => this.placeOf(one.turn) === place);
    const right = learned.length ? learned.every((one) => one.right) : null;
    return { total: required.length, done: required.filter((question) => !this.isOpen(place, question)).length, words, right };
  }
  /** What was expected of an answer: {right, expected, why}; null where nothing is known, or not yet told. */
  feedbackAt(place, question) {
    return this.feedback.find((one) => one.turn === this.indexAt(place) && one.question === question.id) ?? null;
  }
  /** Where feedback begins: the first answer that is not as expected, or else the first that was known. */
  firstToLearn() {
    const first = this.feedback.find((one) => !one.right) ?? this.feedback[0];
    return first ? { place: this.placeOf(first.turn) } : null;
  }
  states() {
    return Array.from({ length: this.count }, (_, place) => this.stateAt(place));
  }
  /** The question that sentences are pointed at for: the one that listens if it asks for evidence, or the first. */
  pointingAt(place, active) {
    const asking = this.questionsAt(place).filter((question) => question.evidence);
    return asking.find((question) => question.id === active) ?? asking[0] ?? null;
  }
  /** The first required answer that is missing, from a place and question on and then from the start; null if none. */
  nextOpen(from = 0, after = null) {
    const order = [];
    for (let place = 0; place < this.count; place++) {
      for (const question of this.questionsAt(place)) order.push({ place, question });
    }
    const start = order.findIndex((one) => one.place === from && (after === null || one.question.id === after));
    const turned = start < 0 ? order : [...order.slice(start), ...order.slice(0, start)];
    return turned.find(({ place, question }) => this.isOpen(place, question)) ?? null;
  }
  placeOf(index) {
    return index === null ? this.count - 1 : this.turns.findIndex((turn) => turn.index === index);
  }
}
