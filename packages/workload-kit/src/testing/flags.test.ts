import { describe, expect, test } from "vitest";
import { checkContainer, checkExpansions, checkFlags } from "./flags.ts";

const gateway = [
  "--http-port=15100",
  "--grpc-port=15170",
  "--pg-port=5432",
  "--cell=us-east-1a",
  "--topo-global-server-addresses=demo-global-client.t1.svc:2379",
  "--topo-global-root=/multigres/global",
  "--hostname=$(POD_IP)",
];

function without(flag: string): string[] {
  return gateway.filter((arg) => !arg.startsWith(`--${flag}=`));
}

describe("checkFlags", () => {
  test("finds nothing wrong with a gateway's arguments", () => {
    expect(checkFlags("multigateway", gateway)).toEqual([]);
  });

  test.each([
    ["an unknown flag", [...gateway, "--zone=a"], "multigateway: --zone doesn't exist"],
    ["a flag of another binary", [...gateway, "--watch-targets=db"], "multigateway: --watch-targets doesn't exist"],
    ["a missing required flag", without("cell"), "multigateway: --cell is missing or empty"],
    ["an empty required flag", [...without("cell"), "--cell="], "multigateway: --cell is missing or empty"],
    [
      "a word in place of a number",
      [...without("pg-port"), "--pg-port=pg"],
      "multigateway: --pg-port=pg isn't of type int",
    ],
    [
      "a number in place of a duration",
      [...gateway, "--buffer-window=10"],
      "multigateway: --buffer-window=10 isn't of type duration",
    ],
    [
      "a word in place of a bool",
      [...gateway, "--buffer-enabled=yes"],
      "multigateway: --buffer-enabled=yes isn't of type bool",
    ],
    ["a flag without value", [...gateway, "--service-id"], "multigateway: --service-id has no value"],
    ["a flag that stands twice", [...gateway, "--cell=b"], "multigateway: --cell stands twice"],
    ["a flag and value in two arguments", [...gateway, "--service-id", "x"], "multigateway: x isn't a --flag=value"],
    ["one dash", [...gateway, "-service-id=x"], "multigateway: -service-id=x isn't a --flag=value"],
  ])("names %s", (_, args, problem) => {
    expect(checkFlags("multigateway", args)).toContain(problem);
  });

  test("wants pgctld's subcommand first", () => {
    const args = [
      "--pooler-dir=/p",
      "--grpc-port=1",
      "--http-port=2",
      "--pg-port=5432",
      "--pg-hba-template=/h",
      "--pg-database=db",
      "--hostname=h",
    ];
    expect(checkFlags("pgctld", ["server", ...args])).toEqual([]);
    expect(checkFlags("pgctld", args)).toContain("pgctld: the first argument must be server");
  });

  test("refuses a shard that multipooler doesn't run", () => {
    expect(checkFlags("multipooler", ["--shard=0"])).toContain("multipooler: --shard must be 0-inf, not 0");
  });
});

describe("checkExpansions", () => {
  test("accepts names that the env defines", () => {
    const env = [{ name: "POD_IP" }];
    expect(checkContainer("multigateway", { name: "multigateway", args: gateway, env })).toEqual([]);
  });

  test("names a variable that no env defines", () => {
    expect(checkContainer("multigateway", { name: "gw", args: gateway })).toEqual([
      "gw: argument --hostname=$(POD_IP) refers to $(POD_IP), which isn't defined",
    ]);
  });

  test("names an env value that refers to a later variable", () => {
    const env = [{ name: "URL", value: "http://$(POD_IP)" }, { name: "POD_IP" }];
    expect(checkExpansions({ name: "gw", env })).toEqual(["gw: env URL refers to $(POD_IP), which isn't defined"]);
  });
});
