import { MalformedAnswerError } from "../errors.ts";
import type { Change, Guard, KeyValue, Range, Snapshot } from "./kv.ts";

/** Requests and answers of etcd's JSON gateway (`POST /v3/kv/txn`): bytes in base64, 64-bit numbers as strings, zeros left out. */

/** Several ranges are one transaction without a condition, so that they are of one moment. */
export function readBody(ranges: readonly Range[]): string {
  return JSON.stringify({ success: ranges.map((range) => ({ request_range: rangeJson(range) })) });
}

function rangeJson(range: Range) {
  if ("key" in range) return { key: base64(range.key) };
  const { prefix, keysOnly } = range;
  return { ...span(prefix), ...(keysOnly === true ? { keys_only: true } : {}) };
}

export function writeBody(guards: readonly Guard[], changes: readonly Change[]): string {
  return JSON.stringify({ compare: guards.map(guardJson), success: changes.map(changeJson) });
}

function guardJson(guard: Guard) {
  if ("prefix" in guard) {
    const { prefix, unchangedSince } = guard;
    return { ...span(prefix), target: "MOD", result: "LESS", mod_revision: String(unchangedSince + 1n) };
  }
  const { key, modRevision } = guard;
  return modRevision === undefined
    ? { key: base64(key), target: "VERSION", result: "EQUAL", version: "0" }
    : { key: base64(key), target: "MOD", result: "EQUAL", mod_revision: String(modRevision) };
}

function changeJson(change: Change) {
  return "put" in change
    ? { request_put: { key: base64(change.put), value: Buffer.from(change.value).toString("base64") } }
    : { request_delete_range: { key: base64(change.delete) } };
}

/** Throws MalformedAnswerError. */
export function parseReadAnswer<const Ranges extends readonly Range[]>(text: string, ranges: Ranges): Snapshot<Ranges> {
  const { revision, succeeded, responses } = parseAnswer(text);
  if (!succeeded || responses.length !== ranges.length) {
    throw new MalformedAnswerError(`etcd answers ${responses.length} of ${ranges.length} ranges`);
  }
  const found = responses.map((response) => list(field(field(response, "response_range"), "kvs")).map(keyValue));
  return { revision, ranges: found as unknown as Snapshot<Ranges>["ranges"] };
}

/** Whether the changes were made. Throws MalformedAnswerError. */
export function parseWriteAnswer(text: string): boolean {
  return parseAnswer(text).succeeded;
}

/** What etcd says about a request that it doesn't carry out; undefined when that isn't etcd's JSON. */
export function parseErrorAnswer(text: string): { readonly code: number; readonly message: string } | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const code = field(answer, "code");
  const message = field(answer, "message");
  return typeof code === "number" && typeof message === "string" ? { code, message } : undefined;
}

function parseAnswer(text: string) {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new MalformedAnswerError("etcd's answer is no JSON", { cause });
  }
  return {
    revision: int64(field(field(answer, "header"), "revision")),
    succeeded: field(answer, "succeeded") === true,
    responses: list(field(answer, "responses")),
  };
}

function keyValue(value: unknown): KeyValue {
  const key = field(value, "key");
  if (typeof key !== "string") throw new MalformedAnswerError("etcd's answer has an entry without a key");
  const bytes = field(value, "value");
  return {
    key: Buffer.from(key, "base64").toString("utf8"),
    value: Buffer.from(typeof bytes === "string" ? bytes : "", "base64"),
    createRevision: int64(field(value, "create_revision")),
    modRevision: int64(field(value, "mod_revision")),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedAnswerError("etcd's answer has no list where one belongs");
  return value;
}

function int64(value: unknown): bigint {
  if (typeof value !== "string" || !/^[0-9]+$/.test(value)) {
    throw new MalformedAnswerError("etcd's answer has no revision");
  }
  return BigInt(value);
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function span(prefix: string) {
  return { key: base64(prefix), range_end: prefixEnd(Buffer.from(prefix, "utf8")).toString("base64") };
}

/** The first key after all that begin with the prefix: its last byte that isn't 0xff, plus one. UTF-8 has no 0xff. */
function prefixEnd(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  end.writeUInt8(end.readUInt8(last) + 1, last);
  return end;
}
