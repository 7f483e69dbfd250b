// Sends what the store holds, in order, one request at a time, and says how it stands.
// States: saved, saving, offline, signedout, conflict, gone, stopped.

import { post, Unreachable } from "./api.js";
import { uuid } from "./dom.js";
import { gettext } from "../words.js";

const BATCH = 50;
const WAITS = [1000, 2000, 4000, 8000, 15000];
const FIELDS = ["op_id", "kind", "turn", "question", "value", "reason", "note", "evidence", "of", "client_at"];

class SignedOut extends Unreachable {}

const isAnswer = (operation) => operation.kind !== "submit" && operation.kind !== "skip";

export class Sync {
  pending = [];
  receipt = ""; // of the last operation that the server acknowledged to this window
  version = 0;
  state = "saved";
  #failures = 0;
  #running = false;
  #timer = 0;
  #single = false;
  #writing = Promise.resolve();

  /** on: {state(name), acknowledged(operation, answer), conflict(standing), gone(words), refused(words), times()} */
  constructor({ store, user, task, base, on }) {
    Object.assign(this, { store, user, task, base, on });
    window.addEventListener("online", () => this.kick());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.kick());
  }

  /** Take up what an earlier visit left here. */
  async load(version) {
    this.version = version;
    this.pending = await this.store.list(this.user, this.task);
    return this.pending;
  }

  /** Keep an operation on this device, then send it when its turn comes. */
  enqueue(fields) {
    const operation = {
      op_id: uuid(), user: this.user, task: this.task, client_at: new Date().toISOString(),
      base: this.version + this.pending.length, ...fields,
    };
    this.pending.push(operation);
    this.#say(this.state === "offline" || this.state === "signedout" ? this.state : "saving");
    // One write after the other, so that the order in the store is the order in which they were made.
    this.#writing = this.#writing.then(() => this.store.add(operation)).catch(() => { this.store.durable = false; });
    this.#writing.then(() => this.kick());
    return operation;
  }

  /** What is to be sent instead of all that waits: after a merge, or when one was refused. */
  replace(operations, version) {
    this.version = version;
    this.pending = operations.map((operation, place) => ({ ...operation, base: version + place }));
    const rows = this.pending.slice();
    this.#writing = this.#writing.then(() => this.store.replace(this.user, this.task, rows));
    return this.#writing;
  }

  stop(state) {
    clearTimeout(this.#timer);
    this.#say(state);
  }
  resume() {
    this.state = this.pending.length ? "saving" : "saved";
    this.#say(this.state);
    this.kick();
  }

  kick() {
    clearTimeout(this.#timer);
    if (!this.#running && !["conflict", "gone", "stopped"].includes(this.state)) this.#run();
  }

  async #run() {
    this.#running = true;
    try {
      await this.#writing;
      while (this.pending.length && !["conflict", "gone", "stopped"].includes(this.state)) {
        await this.#send();
        await this.#writing;
      }
      if (!this.pending.length && !["gone", "stopped", "conflict"].includes(this.state)) this.#say("saved");
    } catch (problem) {
      if (!(problem instanceof Unreachable)) throw problem;
      this.#retry(problem instanceof SignedOut ? "signedout" : "offline");
    } finally {
      this.#running = false;
    }
  }

  #retry(state) {
    const wait = WAITS[Math.min(this.#failures++, WAITS.length - 1)];
    this.#say(state);
    this.#timer = setTimeout(() => this.kick(), wait);
  }

  async #send() {
    const first = this.pending[0];
    const batch = isAnswer(first) ? this.#batch() : [first];
    if (this.state === "saved") this.#say("saving");
    const { status, ok, data } = await this.#post(first, batch);
    if (ok) return this.#acknowledge(batch, data);
    if (status === 401 || status === 403) throw new SignedOut();
    if (status === 409) {
      this.#say("conflict");
      return this.on.conflict(data.standing);
    }
    if (status === 404 || status === 410) {
      this.#say("gone");
      return this.on.gone(data?.words ?? gettext("This conversation is not yours any more."));
    }
    return this.#refused(batch, data);
  }

  #batch() {
    const end = this.pending.findIndex((operation) => !isAnswer(operation));
    const many = end === -1 ? this.pending.length : end;
    return this.pending.slice(0, this.#single ? 1 : Math.min(many, BATCH));
  }

  #post(first, batch) {
    const { op_id, base, client_at } = first;
    if (first.kind === "submit") return post(`${this.base}submit/`, { op_id, base, client_at });
    if (first.kind === "skip") {
      return post(`${this.base}skip/`, { op_id, client_at, reason: first.reason, note: first.note ?? "" });
    }
    const operations = batch.map((operation) =>
      Object.fromEntries(FIELDS.filter((name) => operation[name] !== undefined).map((name) => [name, operation[name]])),
    );
    return post(`${this.base}operations/`, { base, operations, times: this.on.times() });
  }

  async #acknowledge(batch, data) {
    this.#failures = 0;
    this.#single = false;
    this.version = data.version;
    this.receipt = data.receipt || this.receipt;
    this.pending.splice(0, batch.length);
    await this.#writing; // an answer can be sent before the disk has it: only then is there something to remove
    await this.store.remove(batch);
    if (this.state !== "stopped") this.#say(this.pending.length ? "saving" : "saved");
    for (const operation of batch) this.on.acknowledged(operation, data);
  }

  /** One of a batch is refused: send them singly to find it; a single one is put aside, and the person is told. */
  async #refused(batch, data) {
    if (batch.length > 1) {
      this.#single = true;
      return;
    }
    this.#single = false;
    await this.replace(this.pending.slice(1), this.version);
    this.on.refused(data?.words ?? gettext("The server did not accept an answer."), batch[0], data);
  }

  #say(state) {
    this.state = state;
    this.on.state(state);
  }
}

