// The answers as this window sees them: what the server holds, with everything that is still to be sent on top.

import { normal } from "./evidence.js";

export const NONE = Object.freeze({ value: null, reason: "", note: "", evidence: null });
export const keyOf = (turn, question) => `${turn ?? "all"}:${question}`;
export const isGiven = (answer) => answer.value !== null || answer.reason !== "";
export const isSame = (one, other) =>
  JSON.stringify(spelled(one)) === JSON.stringify(spelled(other));
const spelled = ({ value, reason, note, evidence }) => [value, reason, note, normal(evidence)];

export class Answers {
  #current = new Map();
  #undo = [];
  #redo = [];

  /** Start over from what the server holds: {answers, history}. */
  load(standing) {
    this.#current = new Map(standing.answers.map((row) => [keyOf(row.turn, row.question), pick(row)]));
    this.#undo = [];
    this.#redo = [];
    for (const step of standing.history) this.#track({ ...step, before: pick(step.before), after: pick(step.after) });
  }

  get(turn, question) {
    return this.#current.get(keyOf(turn, question)) ?? NONE;
  }

  /** Put an operation on top; it carries `before` and `after`. Idempotent, since a reload may put it on twice. */
  apply(operation) {
    if (operation.question === null || operation.question === undefined || !operation.after) return;
    this.#current.set(keyOf(operation.turn, operation.question), operation.after);
    if (![...this.#undo, ...this.#redo].some((step) => step.op_id === operation.op_id)) this.#track(operation);
  }

  #track(step) {
    if (step.kind !== "undo") {
      this.#undo.push(step);
      this.#redo = [];
    } else if (this.#undo.at(-1)?.op_id === step.of) {
      this.#undo.pop();
      this.#redo.push(step);
    } else if (this.#redo.at(-1)?.op_id === step.of) {
      this.#redo.pop();
      this.#undo.push(step);
    }
  }

  /** What the next undo (or redo) would be sent as; null when there is nothing. Both restore what stood before. */
  undoing() {
    return this.#back(this.#undo.at(-1));
  }
  redoing() {
    return this.#back(this.#redo.at(-1));
  }
  #back(step) {
    if (!step) return null;
    const { turn, question } = step;
    return { kind: "undo", of: step.op_id, turn, question, before: this.get(turn, question), after: step.before };
  }
}

const pick = ({ value, reason, note, evidence }) => ({ value, reason, note, evidence: normal(evidence) });
