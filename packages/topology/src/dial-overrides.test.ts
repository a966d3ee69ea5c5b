import { describe, expect, it } from "vitest";
import { dialTarget, dialTargets, parseDialOverrides } from "./dial-overrides.ts";
import { InvalidSettingError } from "./errors.ts";

describe("parseDialOverrides", () => {
  it.each([undefined, "", "  ", ","])("%j is none", (text) => {
    expect(parseDialOverrides(text)).toEqual([]);
  });

  it("reads a list, with and without a prefix", () => {
    expect(parseDialOverrides("*.svc=127.0.0.1:2379/{host}, db:18000=[::1]:9/x/y/ ,a=b:1/")).toEqual([
      { pattern: "*.svc", address: "127.0.0.1:2379", prefix: "/{host}" },
      { pattern: "db:18000", address: "[::1]:9", prefix: "/x/y" },
      { pattern: "a", address: "b:1", prefix: "" },
    ]);
  });

  it.each(["a", "a=", "=b:1", "a=b", "a=b:0", "a=b:99999", "a=b:1=c", "a b=c:1"])("%j is refused by name", (entry) => {
    expect(() => parseDialOverrides(`ok=b:1,${entry}`)).toThrow(InvalidSettingError);
    expect(() => parseDialOverrides(`ok=b:1,${entry}`)).toThrow(entry);
  });
});

describe("dialTarget", () => {
  const overrides = parseDialOverrides(
    "demo-global-client.a.svc=127.0.0.1:1/first,*-client.*.svc=127.0.0.1:2/{host},*.svc:18000=127.0.0.1:3",
  );

  it.each([
    ["an exact name comes first", "demo-global-client.a.svc:2379", "127.0.0.1:1", "/first"],
    ["a pattern matches the whole host", "b-client.ns.svc:2379", "127.0.0.1:2", "/b-client.ns.svc"],
    ["a pattern with a port matches host and port", "multiadmin.ns.svc:18000", "127.0.0.1:3", ""],
    ["another port doesn't match it", "multiadmin.ns.svc:2379", "multiadmin.ns.svc:2379", ""],
    [
      "part of a host doesn't match",
      "x.demo-client.a.svc.cluster.local:2379",
      "x.demo-client.a.svc.cluster.local:2379",
      "",
    ],
    ["a dot is a dot", "b-clientXns.svc:2379", "b-clientXns.svc:2379", ""],
  ])("%s", (_, address, dialled, prefix) => {
    expect(dialTarget(overrides, address)).toEqual({ address: dialled, prefix, serverName: address.split(":")[0] });
  });

  it("without overrides an address stays what it is", () => {
    expect(dialTarget([], "[2001:db8::1]:2379")).toEqual({
      address: "[2001:db8::1]:2379",
      prefix: "",
      serverName: "2001:db8::1",
    });
  });
});

describe("dialTargets", () => {
  it("the endpoints of one etcd see the keys below one prefix, each is dialled once", () => {
    const overrides = parseDialOverrides("*.svc=127.0.0.1:2/{host}");
    expect(dialTargets(overrides, ["a.svc:2379", "b.svc:2379"])).toMatchObject({
      targets: [{ address: "127.0.0.1:2" }],
      prefix: "/a.svc",
    });
  });

  it("without overrides all are dialled in their order", () => {
    expect(dialTargets([], ["b:1", "a:1", "b:1"])).toEqual({
      targets: [
        { address: "b:1", serverName: "b", prefix: "" },
        { address: "a:1", serverName: "a", prefix: "" },
      ],
      prefix: "",
    });
  });

  it("a list of which only a part has a prefix would be two stores", () => {
    const overrides = parseDialOverrides("a=127.0.0.1:2/p");
    expect(() => dialTargets(overrides, ["a:1", "b:1"])).toThrow(InvalidSettingError);
  });

  it("an empty list is refused", () => {
    expect(() => dialTargets([], [])).toThrow(InvalidSettingError);
  });
});
