import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Reads on in an audit log, from the first line that begins after it was made, or from where it was last asked. */
export class AuditLines {
  readonly #path: string;
  #position: number;
  #skipsFirst: boolean;

  constructor(path: string) {
    this.#path = path;
    // One byte early: whether it ends a line tells whether the next one begins here.
    this.#position = Math.max(0, statSync(path).size - 1);
    this.#skipsFirst = this.#position > 0;
  }

  /** Lines that were written since the last call. */
  next(): readonly string[] {
    const file = openSync(this.#path, "r");
    try {
      const buffer = Buffer.alloc(fstatSync(file).size - this.#position);
      const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, this.#position));
      // The last line may be half written.
      const end = text.lastIndexOf(10) + 1;
      this.#position += end;
      const lines = text.subarray(0, end).toString().split("\n").slice(0, -1);
      if (this.#skipsFirst && lines.length > 0) {
        this.#skipsFirst = false;
        lines.shift();
      }
      return lines;
    } finally {
      closeSync(file);
    }
  }
}
