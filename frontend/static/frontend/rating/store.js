// Operations on this device, in the order they were made, until the server has acknowledged them.
// IndexedDB with strict durability: what is in here survives a reload, a crash and a power cut.

const STORE = "operations";

const asPromise = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });

class DiskStore {
  durable = true;
  constructor(database) {
    this.database = database;
  }
  #write() {
    return this.database.transaction(STORE, "readwrite", { durability: "strict" });
  }
  /** Keep an operation; its place in the order is written into it as `seq`. */
  async add(operation) {
    const transaction = this.#write();
    const { seq: _, ...row } = operation;
    operation.seq = await asPromise(transaction.objectStore(STORE).add(row));
    await done(transaction);
  }
  /** Forget operations; one that the disk would not take (it has no `seq`) needs no removing. */
  async remove(operations) {
    const transaction = this.#write();
    for (const { seq } of operations) if (seq !== undefined) transaction.objectStore(STORE).delete(seq);
    await done(transaction);
  }
  async list(user, task) {
    const index = this.database.transaction(STORE).objectStore(STORE).index("task");
    return asPromise(index.getAll([user, task]));
  }
  /** Put these operations in the place of all that are kept for a task, in one transaction. */
  async replace(user, task, operations) {
    const transaction = this.#write();
    const store = transaction.objectStore(STORE);
    for (const key of await asPromise(store.index("task").getAllKeys([user, task]))) store.delete(key);
    for (const operation of operations) {
      const { seq: _, ...row } = operation;
      operation.seq = await asPromise(store.add(row));
    }
    await done(transaction);
  }
  /** Ids of the person's tasks that have something waiting here. */
  async tasks(user) {
    const rows = await asPromise(this.database.transaction(STORE).objectStore(STORE).getAll());
    return [...new Set(rows.filter((row) => row.user === user).map((row) => row.task))];
  }
}

class MemoryStore {
  durable = false;
  #rows = [];
  #last = 0;
  async add(operation) {
    operation.seq = ++this.#last;
    this.#rows.push(operation);
  }
  async remove(operations) {
    const gone = new Set(operations.map((operation) => operation.seq));
    this.#rows = this.#rows.filter((row) => !gone.has(row.seq));
  }
  async list(user, task) {
    return this.#rows.filter((row) => row.user === user && row.task === task);
  }
  async replace(user, task, operations) {
    this.#rows = this.#rows.filter((row) => row.user !== user || row.task !== task);
    for (const operation of operations) await this.add(operation);
  }
  async tasks() {
    return [];
  }
}

/** The device's store; one in memory (`durable` false) where the browser allows no other. */
export async function openStore(name = "evalsite-rating") {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: "seq", autoIncrement: true });
      store.createIndex("task", ["user", "task"]);
    };
    return new DiskStore(await asPromise(request));
  } catch {
    return new MemoryStore();
  }
}
