import { describe, expect, it } from "vitest";
import { MalformedAnswerError } from "../errors.ts";
import { parseErrorAnswer, parseReadAnswer, parseWriteAnswer, readBody, writeBody } from "./gateway-json.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("requests", () => {
  it("ranges are read in one transaction without a condition", () => {
    expect(JSON.parse(readBody([{ key: "/a" }, { prefix: "/b/" }, { prefix: "/ü", keysOnly: true }]))).toEqual({
      success: [
        { request_range: { key: base64("/a") } },
        { request_range: { key: base64("/b/"), range_end: base64("/b0") } },
        {
          request_range: {
            key: base64("/ü"),
            range_end: Buffer.from([0x2f, 0xc3, 0xbd]).toString("base64"),
            keys_only: true,
          },
        },
      ],
    });
  });

  it("a write carries its guards, 64-bit numbers as strings", () => {
    const guards = [
      { key: "/new", modRevision: undefined },
      { key: "/old", modRevision: 9_007_199_254_740_993n },
      { prefix: "/d/", unchangedSince: 7n },
    ];
    const changes = [{ put: "/new", value: new Uint8Array([0, 255]) }, { delete: "/old" }];
    expect(JSON.parse(writeBody(guards, changes))).toEqual({
      compare: [
        { key: base64("/new"), target: "VERSION", result: "EQUAL", version: "0" },
        { key: base64("/old"), target: "MOD", result: "EQUAL", mod_revision: "9007199254740993" },
        { key: base64("/d/"), range_end: base64("/d0"), target: "MOD", result: "LESS", mod_revision: "8" },
      ],
      success: [
        { request_put: { key: base64("/new"), value: "AP8=" } },
        { request_delete_range: { key: base64("/old") } },
      ],
    });
  });
});

describe("answers", () => {
  // As etcd 3.6.8 gives them.
  const header = '"header":{"cluster_id":"14443903163313418560","revision":"2","raft_term":"2"}';
  const found = `{"header":{"revision":"2"},"kvs":[{"key":"${base64("/a")}","create_revision":"2","mod_revision":"9007199254740993","version":"1","value":"eA=="}],"count":"1"}`;

  it("entries are read; what is empty or zero is left out", () => {
    const text = `{${header},"succeeded":true,"responses":[{"response_range":${found}},{"response_range":{"header":{"revision":"2"}}}]}`;
    expect(parseReadAnswer(text, [{ key: "/a" }, { key: "/b" }])).toEqual({
      revision: 2n,
      ranges: [[{ key: "/a", value: Buffer.from("x"), createRevision: 2n, modRevision: 9_007_199_254_740_993n }], []],
    });
  });

  it("a guard that didn't hold is seen by what is missing", () => {
    expect(parseWriteAnswer(`{${header},"succeeded":true,"responses":[{"response_put":{}}]}`)).toBe(true);
    expect(parseWriteAnswer(`{${header}}`)).toBe(false);
  });

  it.each([
    ["no JSON", "<html>"],
    ["not etcd's", "{}"],
    ["a list", "[]"],
    ["null", "null"],
    ["too few ranges", `{${header},"succeeded":true,"responses":[]}`],
    [
      "an entry without revisions",
      `{${header},"succeeded":true,"responses":[{"response_range":{"kvs":[{"key":"YQ=="}]}}]}`,
    ],
    ["an entry without a key", `{${header},"succeeded":true,"responses":[{"response_range":{"kvs":[{}]}}]}`],
    ["entries that are no list", `{${header},"succeeded":true,"responses":[{"response_range":{"kvs":{}}}]}`],
  ])("%s is told from an answer", (_, text) => {
    expect(() => parseReadAnswer(text, [{ key: "/a" }])).toThrow(MalformedAnswerError);
  });

  it("etcd's errors are told from others", () => {
    expect(parseErrorAnswer('{"code":3, "message":"etcdserver: request is too large"}')).toEqual({
      code: 3,
      message: "etcdserver: request is too large",
    });
    expect(parseErrorAnswer("404 page not found")).toBeUndefined();
    expect(parseErrorAnswer("null")).toBeUndefined();
  });
});
