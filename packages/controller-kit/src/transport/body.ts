/**
 * A response body that is filled from events and read as chunks, once. It takes everything in at once, without back
 * pressure: readers here either want the whole body or do nothing but parse.
 *
 * Node's own iteration over an HTTP/2 stream loses data when a short answer arrives whole before the reader is attached.
 */
export class Body implements AsyncIterable<Uint8Array> {
  readonly #cancel: () => void;
  #chunks: Uint8Array[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(cancel: () => void) {
    this.#cancel = cancel;
  }

  push(chunk: Uint8Array): void {
    if (this.#end) return;
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  /** The first call counts. Chunks that came before an error are still read. */
  finish(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  /** Stops the exchange: nobody wants the rest. */
  cancel(): void {
    this.#cancel();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const chunks = this.#chunks;
      this.#chunks = [];
      yield* chunks;
      if (this.#chunks.length > 0) continue;
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

export async function readText(body: Body): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
