import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { conditionTypes, messages, reasons } from "./vocabulary.ts";

/** What metav1.Condition demands of a reason; a type may have a domain before it, ours have none. */
const camelCase = /^[A-Z][A-Za-z]*$/;

const tables = { conditionTypes, reasons } as const;

describe.each(Object.entries(tables))("%s", (_, table: Readonly<Record<string, string>>) => {
  test.each(Object.entries(table))("%s is called as it is written", (key, value) => {
    expect(value).toMatch(camelCase);
    expect(value).toBe(key.charAt(0).toUpperCase() + key.slice(1));
  });

  test("has no word twice", () => {
    const words = Object.values(table);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });
});

describe("messages", () => {
  test.each(Object.entries(messages))("%s is one line of plain text", (_, message) => {
    expect(message).toMatch(/^[A-Z][^\n]*[a-z.]$/);
  });
});

/** Lines of the controllers' programs in which a condition's type or reason is spelt out. */
function literals(): { where: string; type?: string; reason?: string }[] {
  const apps = join(import.meta.dirname, "../../../apps");
  return readdirSync(apps, { recursive: true, encoding: "utf8" })
    .filter((file) => /^[^/]+\/src\/.*\.ts$/.test(file) && !/\.test\.ts$|\/testing\//.test(file))
    .flatMap((file) =>
      readFileSync(join(apps, file), "utf8")
        .split("\n")
        .map((line, index) => ({
          where: `${file}:${index + 1}`,
          type: /\btype: "([A-Z]\w+)", status\b/.exec(line)?.[1],
          reason: /\breason: "(\w+)"/.exec(line)?.[1],
        })),
    )
    .filter(({ type, reason }) => type !== undefined || reason !== undefined);
}

test("controllers take condition types and reasons from here and spell none themselves", () => {
  expect(literals()).toEqual([]);
});
