import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AuditLines } from "./audit-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "multigres-audit-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["nothing", ""],
  ["whole lines", "before\n"],
  ["a line that is half written", "before\nthis one be"],
])("of a log that holds %s, whole lines that begin later are read, each once", (_, held) => {
  const log = join(folder, "audit.log");
  writeFileSync(log, held);
  const lines = new AuditLines(log);
  appendFileSync(log, `${held.endsWith("\n") || held === "" ? "" : "gan before\n"}first\nsec`);
  expect(lines.next()).toEqual(["first"]);
  appendFileSync(log, "ond\n");
  expect(lines.next()).toEqual(["second"]);
  expect(lines.next()).toEqual([]);
});
