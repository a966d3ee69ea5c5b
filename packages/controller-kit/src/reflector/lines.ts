import { MalformedEventError } from "./watch-event.ts";

const newline = 0x0a;

/** etcd holds nothing above 1.5 MiB by default; far above it something else than the API server is talking. */
const longestLine = 16 * 1024 * 1024;

/**
 * Splits a byte stream into lines. Splitting bytes, not text, keeps characters whole that two chunks share. What stands
 * after the last newline when the stream ends is a cut line and is left out.
 *
 * @throws MalformedEventError on a line that never seems to end.
 */
export class LineSplitter {
  readonly #longest: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(longest: number = longestLine) {
    this.#longest = longest;
  }

  *split(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = this.#take(chunk.subarray(start, end));
      start = end + 1;
      if (line.trim() !== "") yield line;
    }
    if (start < chunk.length) {
      this.#pending.push(chunk.subarray(start));
      this.#pendingBytes += chunk.length - start;
      if (this.#pendingBytes > this.#longest)
        throw new MalformedEventError(`a watch sent a line above ${this.#longest} bytes`);
    }
  }

  #take(end: Uint8Array): string {
    const line = this.#pending.length === 0 ? Buffer.from(end) : Buffer.concat([...this.#pending, end]);
    this.#pending = [];
    this.#pendingBytes = 0;
    return line.toString("utf8");
  }
}
