import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Reads on in an audit log, from the first line that begins after it was made, or from where it was last asked. */
export class AuditLines {
  readonly #path: string;
  #position: number;

  constructor(path: string) {
    this.#path = path;
    this.#position = statSync(path).size;
  }

  /** Lines that were written since the last call. */
  next(): readonly string[] {
    const { lines, end } = wholeLines(this.#path, this.#position);
    this.#position = end;
    return lines;
  }
}

/** The lines of a log that is being written which begin at the byte `from` or later, and the byte behind the last of them. */
export function wholeLines(path: string, from: number): { readonly lines: readonly string[]; readonly end: number } {
  const file = openSync(path, "r");
  try {
    // One byte early: whether it ends a line tells whether the next one begins here.
    const before = Math.max(0, from - 1);
    const buffer = Buffer.alloc(fstatSync(file).size - before);
    const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, before));
    // The last line may be half written, and so may the one in which `from` lies.
    const first = from === 0 ? 0 : text.indexOf(10) + 1;
    const end = text.lastIndexOf(10) + 1;
    if (end === 0) return { lines: [], end: from };
    return { lines: text.subarray(first, end).toString().split("\n").slice(0, -1), end: before + end };
  } finally {
    closeSync(file);
  }
}
