import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Numbers of the behaviours that are held from outside: all of them. */
const due = new Set(range(1, 72));

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

interface Mention {
  readonly number: number;
  readonly where: string;
}

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules") && file !== "cases.test.ts")
  .sort();

/** Where the pattern's first group, a number, stands in the test files. */
function mentions(pattern: RegExp): Mention[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    return [...text.matchAll(pattern)].map((match) => ({
      number: Number(match[1]),
      where: `e2e/${file}:${text.slice(0, match.index).split("\n").length}`,
    }));
  });
}

/** `it("case 7: when ...", ...)`, on one line or broken after the bracket; never `.each`, `.skip` or `.only`. */
const tests = mentions(/\b(?:it|test)\(\s*"case (\d+): \S/g);

describe("the numbered cases", () => {
  it("are each held by exactly one test", () => {
    const found = Object.fromEntries(
      [...due].map((number) => [number, tests.filter((test) => test.number === number).map(({ where }) => where)]),
    );
    expect(Object.entries(found).filter(([, places]) => places.length !== 1)).toEqual([]);
  });

  it("have no test with a number that isn't due", () => {
    expect(tests.filter(({ number }) => !due.has(number))).toEqual([]);
  });

  it("aren't named in another way, which nobody would count", () => {
    const counted = new Set(tests.map(({ where }) => where));
    const titles = mentions(/\b(?:it|test|describe)[.\w]*\([^"'`]*["'`][^"'`\n]*\bcase[ #]*(\d+)/gi);
    expect(titles.filter(({ where }) => !counted.has(where))).toEqual([]);
  });
});
