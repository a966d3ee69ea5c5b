import type { V1Container } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { disruptionBudget } from "./disruption-budget.ts";
import { type Owner, ownedMetadata } from "./metadata.ts";
import { cellNodeSelector, flags, type PodTemplateOptions, podTemplate } from "./pod.ts";
import { containerResources } from "./resources.ts";
import { service, serviceAddress } from "./service.ts";
import { topologyClient } from "./topology-client.ts";
import { volumeClaim } from "./volume-claim.ts";

const owner: Owner = {
  apiVersion: "multigres.com/v1alpha1",
  kind: "Cell",
  metadata: { name: "demo-z1", namespace: "t1", uid: "uid-1" },
};
const identity = { "app.kubernetes.io/component": "multigateway", "multigres.com/cell": "z1" };
const carried = {
  ...identity,
  "app.kubernetes.io/part-of": "multigres",
  "app.kubernetes.io/managed-by": "multigres-operator",
};
const container: V1Container = { name: "multigateway", image: "i" };

function template(options: Partial<PodTemplateOptions> = {}) {
  return podTemplate({ identity, placement: {}, spec: { containers: [container] }, ...options });
}

describe("ownedMetadata", () => {
  test("has the owner's namespace, all labels and one controller", () => {
    expect(ownedMetadata(owner, "gw", identity)).toEqual({
      name: "gw",
      namespace: "t1",
      labels: carried,
      ownerReferences: [
        {
          apiVersion: "multigres.com/v1alpha1",
          kind: "Cell",
          name: "demo-z1",
          uid: "uid-1",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
  });
});

describe("podTemplate", () => {
  test("gives no token and no service variables, and nothing that the user didn't set", () => {
    expect(template()).toEqual({
      metadata: { labels: carried },
      spec: { automountServiceAccountToken: false, enableServiceLinks: false, containers: [container] },
    });
  });

  test("carries the user's whole placement", () => {
    const placement = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }],
        },
      },
      tolerations: [{ key: "dedicated", operator: "Exists" }],
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
      nodeSelector: { disk: "ssd" },
      priorityClassName: "high",
      podAnnotations: { note: "a" },
      podLabels: { team: "b" },
    };
    const { podAnnotations, podLabels, ...spec } = placement;
    const built = template({ placement, imagePullSecrets: [{ name: "registry" }] });
    expect(built.spec).toMatchObject({ ...spec, imagePullSecrets: [{ name: "registry" }] });
    expect(built.metadata).toEqual({ annotations: podAnnotations, labels: { ...carried, ...podLabels } });
  });

  test("lets neither the user's labels nor his nodeSelector override ours", () => {
    const built = template({
      placement: { podLabels: { "multigres.com/cell": "other" }, nodeSelector: { zone: "other", disk: "ssd" } },
      nodeSelector: { zone: "z1" },
    });
    expect(built.metadata?.labels?.["multigres.com/cell"]).toBe("z1");
    expect(built.spec?.nodeSelector).toEqual({ zone: "z1", disk: "ssd" });
  });
});

describe("cellNodeSelector", () => {
  test.each([
    [{ zone: "a" }, { "topology.kubernetes.io/zone": "a" }],
    [{ region: "b" }, { "topology.kubernetes.io/region": "b" }],
    [{}, {}],
    [undefined, {}],
  ])("of %j is %j", (cell, selector) => {
    expect(cellNodeSelector(cell)).toEqual(selector);
  });
});

test("flags leaves out what is undefined and keeps the order", () => {
  expect(flags({ b: 1, a: "x", c: undefined, d: "" })).toEqual(["--b=1", "--a=x", "--d="]);
});

describe("containerResources", () => {
  test("writes quantities as text", () => {
    const claims = [{ name: "gpu" }];
    expect(containerResources({ requests: { cpu: 2, memory: "1Gi" }, limits: { cpu: 0.5 }, claims })).toEqual({
      requests: { cpu: "2", memory: "1Gi" },
      limits: { cpu: "0.5" },
      claims,
    });
  });

  test("adds nothing", () => {
    expect(containerResources(undefined)).toEqual({});
  });
});

describe("service", () => {
  test("has a stable address and targets ports by number", () => {
    expect(service({ owner, name: "gw", identity, ports: { postgres: 5432 } })).toMatchObject({
      metadata: { name: "gw", labels: carried },
      spec: {
        type: "ClusterIP",
        selector: identity,
        ports: [{ name: "postgres", port: 5432, protocol: "TCP", targetPort: 5432 }],
      },
    });
  });

  test("is headless, publishes members early and is typed as asked", () => {
    const ports = { peer: 2380 };
    expect(
      service({ owner, name: "peer", identity, ports, headless: true, publishNotReadyAddresses: true }).spec,
    ).toMatchObject({
      clusterIP: "None",
      publishNotReadyAddresses: true,
    });
    expect(
      service({ owner, name: "gw", identity, ports, type: "LoadBalancer", annotations: { a: "b" } }),
    ).toMatchObject({
      metadata: { annotations: { a: "b" } },
      spec: { type: "LoadBalancer" },
    });
  });

  test("is reached without the cluster's domain", () => {
    expect(serviceAddress("gw", "t1", 5432)).toBe("gw.t1.svc:5432");
  });
});

describe("disruptionBudget", () => {
  test.each([
    [3, 2],
    [1, 0],
    [0, 0],
  ])("of %i wanted pods keeps %i", (wantedPods, minAvailable) => {
    const budget = disruptionBudget({ owner, name: "gw", identity, selector: identity, wantedPods });
    expect(budget.spec).toEqual({
      minAvailable,
      selector: { matchLabels: identity },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });
});

describe("volumeClaim", () => {
  test("carries identity and no owner", () => {
    const template = { resources: { requests: { storage: "10Gi" } }, storageClassName: "fast" };
    expect(volumeClaim("data", identity, template)).toEqual({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", labels: carried },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "10Gi" } },
        storageClassName: "fast",
      },
    });
  });
});

describe("topologyClient", () => {
  const reference = { address: "etcd.t1.svc:2379", rootPath: "/multigres/global" };
  const plain = { "topo-global-server-addresses": "etcd.t1.svc:2379", "topo-global-root": "/multigres/global" };

  test("is two flags without TLS", () => {
    expect(topologyClient(reference)).toEqual({ flags: plain, volumes: [], volumeMounts: [] });
  });

  test("mounts the Secret where the flags look for it", () => {
    const client = topologyClient({ ...reference, tlsSecretRef: { name: "etcd-tls" } });
    expect(client.volumes).toEqual([{ name: "topo-tls", secret: { secretName: "etcd-tls", defaultMode: 0o440 } }]);
    const [mount] = client.volumeMounts;
    expect(mount).toMatchObject({ name: "topo-tls", readOnly: true });
    expect(client.flags).toEqual({
      ...plain,
      "topo-etcd-tls-ca": `${mount?.mountPath}/ca.crt`,
      "topo-etcd-tls-cert": `${mount?.mountPath}/tls.crt`,
      "topo-etcd-tls-key": `${mount?.mountPath}/tls.key`,
    });
  });
});
