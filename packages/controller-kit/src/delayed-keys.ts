import type { Clock } from "./clock.ts";
import type { Key } from "./resource.ts";

interface Entry {
  readonly key: Key;
  readonly due: number;
}

/** Keys that become due later: one timer for all, the earliest time of a key wins. */
export class DelayedKeys {
  readonly #clock: Clock;
  readonly #onDue: (key: Key) => void;
  readonly #due = new Map<Key, number>();
  /** Binary heap by `due`; entries that no longer agree with `#due` are skipped when they surface. */
  #heap: Entry[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onDue: (key: Key) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#due.size;
  }

  /** Does nothing when the key is due earlier already. */
  add(key: Key, ms: number): void {
    const due = this.#clock.monotonic() + ms;
    const known = this.#due.get(key);
    if (known !== undefined && known <= due) return;
    this.#due.set(key, due);
    this.#push({ key, due });
    if (this.#heap[0]?.due === due) this.#arm();
  }

  delete(key: Key): void {
    this.#due.delete(key);
    if (this.#due.size === 0) this.clear();
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#due.clear();
    this.#heap = [];
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const next = this.#heap[0];
    if (next) this.#cancel = this.#clock.after(next.due - this.#clock.monotonic(), () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.monotonic();
    const ready: Key[] = [];
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      const stale = this.#due.get(top.key) !== top.due;
      if (!stale && top.due > now) break;
      this.#pop();
      if (stale) continue;
      this.#due.delete(top.key);
      ready.push(top.key);
    }
    this.#arm();
    for (const key of ready) this.#onDue(key);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.due <= entry.due) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && right.due < left.due) child += 1;
      const smaller = heap[child];
      if (smaller === undefined || smaller.due >= last.due) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}
