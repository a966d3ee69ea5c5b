import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Reads on in an audit log, from where it began or was last asked. */
export class AuditLines {
  readonly #path: string;
  #position: number;

  constructor(path: string) {
    this.#path = path;
    this.#position = statSync(path).size;
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
      return text.subarray(0, end).toString().split("\n").slice(0, -1);
    } finally {
      closeSync(file);
    }
  }
}
