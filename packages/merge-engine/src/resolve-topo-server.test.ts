import { describe, expect, test } from "vitest";
import { hasOwnTopoServer, resolveTopoServer } from "./resolve-topo-server.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";

const fallback = { rootPath: "/multigres/global", image: "quay.io/coreos/etcd:v3.5.17" };
const volume = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } };
const resources = { requests: { cpu: "100m", memory: "256Mi" } };
const external = { address: "etcd.example:2379" };

describe("resolveTopoServer", () => {
  test.each([undefined, {}, { managedSpec: {} }])("%j is a managed etcd of three members with 10Gi", (config) => {
    expect(resolveTopoServer(config, fallback)).toEqual({
      rootPath: "/multigres/global",
      managed: { image: "quay.io/coreos/etcd:v3.5.17", replicas: 3, resources, dataVolumeClaimTemplate: volume },
    });
  });

  test("what the user says of a managed etcd stands, the rest is filled in", () => {
    const config = deepFreeze({
      rootPath: "/multigres/us-east-1b",
      managedSpec: {
        image: "example/etcd:1",
        replicas: 1,
        resources: { requests: { cpu: 1 } },
        dataVolumeClaimTemplate: { storageClassName: "fast", resources: { requests: { storage: "5120Mi" } } },
        nodeSelector: { pool: "control" },
      },
    });
    expect(resolveTopoServer(config, fallback)).toEqual({
      rootPath: "/multigres/us-east-1b",
      managed: {
        image: "example/etcd:1",
        replicas: 1,
        resources: { requests: { cpu: "1", memory: "256Mi" } },
        dataVolumeClaimTemplate: {
          storageClassName: "fast",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "5Gi" } },
        },
        nodeSelector: { pool: "control" },
      },
    });
  });

  test("a limit below the default request lowers that", () => {
    const config = { managedSpec: { resources: { limits: { memory: "128Mi" } } } };
    expect(resolveTopoServer(config, fallback).managed?.resources).toEqual({
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { memory: "128Mi" },
    });
  });

  test.each([
    ["nothing is said", { external }, "/multigres/global"],
    ["rootPath stands beside external", { rootPath: "/beside", external }, "/beside"],
    ["rootPath stands within external", { external: { ...external, rootPath: "/within" } }, "/within"],
    ["both stand, and are equal", { rootPath: "/same", external: { ...external, rootPath: "/same" } }, "/same"],
  ])("of an external etcd: where %s", (_, config, rootPath) => {
    expect(resolveTopoServer(config, fallback)).toEqual({ rootPath, external });
  });

  test("an external etcd's Secret is handed on", () => {
    const config = { external: { ...external, tlsSecretRef: { name: "etcd-client" } } };
    expect(resolveTopoServer(config, fallback).external).toEqual(config.external);
  });
});

describe("hasOwnTopoServer", () => {
  test.each([
    [undefined, false],
    [{}, false],
    [{ rootPath: "/multigres/a" }, false],
    [{ managedSpec: {} }, true],
    [{ external }, true],
  ])("%j: %s", (config, own) => {
    expect(hasOwnTopoServer(config)).toBe(own);
  });
});
