import { describe, expect, it } from "vitest";
import { InvalidSettingError } from "../errors.ts";
import { formatAddress, parseAddress, splitAddressList } from "./addresses.ts";

describe("addresses", () => {
  it.each([
    ["etcd.default.svc:2379", { host: "etcd.default.svc", port: 2379 }],
    ["127.0.0.1:1", { host: "127.0.0.1", port: 1 }],
    ["[::1]:65535", { host: "::1", port: 65_535 }],
    ["http://etcd:2379", { host: "etcd", port: 2379 }],
    ["https://etcd:2379/", { host: "etcd", port: 2379 }],
  ])("%s is read", (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });

  it.each(["", "etcd", "etcd:", ":2379", "etcd:0", "etcd:65536", "::1:2379", "[x]:1", "a b:1", "etcd:2379/path"])(
    "%j is refused by name",
    (text) => {
      expect(() => parseAddress(text)).toThrow(InvalidSettingError);
      expect(() => parseAddress(text)).toThrow(`"${text}"`);
    },
  );

  it("a list is split as in the API, in its order", () => {
    expect(splitAddressList("b:1,a:1, c:1,,")).toEqual(["b:1", "a:1", "c:1"]);
  });
});
