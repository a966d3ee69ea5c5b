import type { WriteStream } from "node:tty";

/** Draws a block of lines in place on a terminal; elsewhere prints it whenever it changed. */
export class Screen {
  readonly #out: WriteStream;
  #shown: readonly string[] = [];

  constructor(out: WriteStream) {
    this.#out = out;
  }

  get color(): boolean {
    return this.#out.isTTY === true;
  }

  draw(lines: readonly string[]): void {
    if (lines.join("\n") === this.#shown.join("\n")) return;
    if (this.#out.isTTY && this.#shown.length > 0) this.#out.write(`\u001b[${this.#shown.length}A\u001b[J`);
    else if (this.#shown.length > 0) this.#out.write("\n");
    this.#out.write(`${lines.join("\n")}\n`);
    this.#shown = lines;
  }

  /** Plain lines below the block, which is then never redrawn. */
  say(text: string): void {
    this.#shown = [];
    this.#out.write(`${text}\n`);
  }
}
