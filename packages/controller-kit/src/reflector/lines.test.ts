import * as fc from "fast-check";
import { expect, it } from "vitest";
import { LineSplitter } from "./lines.ts";
import { MalformedEventError } from "./watch-event.ts";

function split(chunks: readonly Uint8Array[]): string[] {
  const lines = new LineSplitter();
  return chunks.flatMap((chunk) => Array.from(lines.split(chunk)));
}

it("gives the same lines however the bytes are cut, also within a character", () => {
  const texts = fc.array(
    fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.trim() !== "" && !text.includes("\n")),
  );
  fc.assert(
    fc.property(texts, fc.array(fc.nat({ max: 60 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
      const chunks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      expect(split(chunks)).toEqual(lines);
    }),
  );
});

it("leaves out a line that was cut and lines without content", () => {
  expect(split([Buffer.from("one\n\n \ntwo\nthr")])).toEqual(["one", "two"]);
});

it("gives up on a line that never ends", () => {
  const lines = new LineSplitter(10);
  expect(() => [...lines.split(Buffer.from("12345678")), ...lines.split(Buffer.from("9abc"))]).toThrow(
    MalformedEventError,
  );
});
