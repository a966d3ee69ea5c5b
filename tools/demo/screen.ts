import { stripVTControlCharacters } from "node:util";
import { elapsed, withProgress } from "../control-plane/progress.ts";

/** The part of a stream that the screen needs; `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/**
 * A block of lines that is redrawn in place at the bottom, and plain lines that scroll away above it. Where the output is no
 * terminal, the block is printed whenever it has changed.
 */
export class Screen {
  readonly #out: Output;
  #block: readonly string[] = [];
  /** Lines of the block that stand on the terminal, and how wide it was then. */
  #drawn = { lines: 0, columns: 0 };

  constructor(out: Output) {
    this.#out = out;
  }

  get isTerminal(): boolean {
    return this.#out.isTTY === true;
  }

  get columns(): number | undefined {
    return this.isTerminal ? (this.#out.columns ?? 80) : undefined;
  }

  /** Replaces the block. `clock` is a last line that alone is no reason to print the block again. */
  draw(lines: readonly string[], clock?: string): void {
    const hasChanged = lines.join("\n") !== this.#block.join("\n");
    this.#block = lines;
    if (this.isTerminal) this.#redraw([], clock === undefined ? lines : [...lines, clock]);
    else if (hasChanged) this.#out.write(`\n${clock === undefined ? "" : `${clock}\n`}${lines.join("\n")}\n`);
  }

  /** Lines above the block. */
  say(text: string): void {
    if (this.isTerminal) this.#redraw(text.split("\n"), this.#block);
    else this.#out.write(`${text}\n`);
  }

  /** Leaves the block where it is, in full; what is said next comes below it. */
  settle(): void {
    if (this.isTerminal) this.#redraw(this.#block, []);
    this.#block = [];
  }

  /** Shows that a long step goes on, and how long it took. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    if (!this.isTerminal) return withProgress(title, (line) => this.say(line), work);
    const start = performance.now();
    const show = (ending: string) => this.draw([`${title}${ending} ${elapsed(performance.now() - start)}`]);
    show(" ...");
    const timer = setInterval(() => show(" ..."), 1000);
    try {
      const result = await work();
      show(": done in");
      return result;
    } finally {
      clearInterval(timer);
      this.settle();
    }
  }

  /** One write, line over line, so that nothing flickers: what stays the same is never blank in between. */
  #redraw(above: readonly string[], block: readonly string[]): void {
    const { columns = 80, rows = 24 } = this.#out;
    // A terminal that has become narrower has broken the old lines: they are left where they are.
    const back = this.#drawn.columns === columns && this.#drawn.lines > 0 ? `\u001b[${this.#drawn.lines}A\r` : "";
    const fitting =
      block.length < rows ? block : [...block.slice(0, rows - 2), `… ${block.length - rows + 2} more lines`];
    const shown = fitting.map((line) => cut(line, columns));
    this.#out.write(`${back}${[...above, ...shown].map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    this.#drawn = { lines: shown.length, columns };
  }
}

/** A line that is too long would take two, and the way back up would be wrong. What fills the last column may be cleared with the rest of it. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : `${plain.slice(0, columns - 2)}…`;
}
