import type { Output } from "../screen.ts";

const escape = "\u001b";
const tokens = new RegExp(`${escape}\\[\\d*[A-Za-z]|[\\r\\n]|[^${escape}\\r\\n]+`, "g");

/** A terminal of a few rows that understands what the screen sends: the way up, clearing, and line feeds. */
export class FakeTerminal implements Output {
  readonly isTTY = true;
  columns: number;
  readonly rows: number;
  /** What was ever sent, one entry per write. */
  readonly writes: string[] = [];
  /** All lines, those that have scrolled away too; the last one is the cursor's. */
  readonly lines: string[] = [""];
  #row = 0;

  constructor(rows = 24, columns = 80) {
    this.rows = rows;
    this.columns = columns;
  }

  /** Lines with something on them. */
  get text(): string[] {
    return this.lines.slice(0, this.lines.findLastIndex((line) => line !== "") + 1);
  }

  write(text: string): void {
    this.writes.push(text);
    for (const [token] of text.matchAll(tokens)) this.#take(token);
  }

  #take(token: string): void {
    if (token === "\n") {
      this.#row++;
      if (this.#row === this.lines.length) this.lines.push("");
    } else if (token === "\r" || token === `${escape}[K` || (token.startsWith(escape) && token.endsWith("m"))) {
      // A line is written as a whole, so that nothing is left to clear.
    } else if (token === `${escape}[J`) {
      this.lines.splice(this.#row, Number.POSITIVE_INFINITY, "");
    } else if (token.startsWith(escape) && token.endsWith("A")) {
      // The cursor stops at the upper edge.
      const top = Math.max(0, this.lines.length - this.rows);
      this.#row = Math.max(top, this.#row - Number(token.slice(2, -1)));
    } else {
      if (token.length > this.columns) throw new Error(`a line of ${token.length} characters would be broken`);
      this.lines[this.#row] = token;
    }
  }
}
