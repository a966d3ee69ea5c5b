import type { V1Container, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { namesOf } from "./cluster-dns.ts";
import { containerOf } from "./kubelet.ts";

const httpGet = { path: "/readyz", port: "metrics" };
const container: V1Container = {
  name: "etcd",
  command: ["etcd", "--name=$(NAME)"],
  ports: [{ name: "metrics", containerPort: 2381 }],
  startupProbe: { httpGet },
  livenessProbe: { httpGet: { path: "/livez", port: 2381 }, timeoutSeconds: 3 },
  readinessProbe: { httpGet },
};
const securityContext = { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 };

function aPod(change: Partial<V1Container> = {}, spec: Partial<V1PodSpec> = {}): V1Pod {
  const containers = [{ ...container, ...change }];
  return {
    metadata: { name: "topo-0", namespace: "t", labels: { app: "topo", index: "0" } },
    spec: { hostname: "topo-0", subdomain: "peer", securityContext, containers, ...spec },
  };
}

describe("a container as the kubelet starts it", () => {
  it("knows the pod's name, and in each variable and argument those that come before", () => {
    const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
    const env = [
      { name: "EARLY", value: "$(NAME)" },
      { name: "NAME", ...fieldRef("metadata.name") },
      { name: "NAMESPACE", ...fieldRef("metadata.namespace") },
      { name: "URL", value: "http://$(NAME).$(NAMESPACE)/$$(NAME)" },
    ];
    expect(containerOf(aPod({ env, args: ["$(URL)", "$(OTHER)"] }))).toMatchObject({
      command: ["etcd", "--name=topo-0"],
      args: ["http://topo-0.t/$(NAME)", "$(OTHER)"],
      env: { EARLY: "$(NAME)", NAME: "topo-0", NAMESPACE: "t", URL: "http://topo-0.t/$(NAME)" },
    });
  });

  it("has the user and the rights that the pod sets and the container overrides", () => {
    expect(containerOf(aPod())).toMatchObject({ user: 1000, readOnlyRoot: false, mayGainPrivileges: true });
    const own = { runAsUser: 7, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false };
    expect(containerOf(aPod({ securityContext: { ...own, capabilities: { drop: ["ALL"] } } }))).toMatchObject({
      user: 7,
      group: 1000,
      volumeGroup: 1000,
      readOnlyRoot: true,
      mayGainPrivileges: false,
      droppedCapabilities: ["ALL"],
    });
  });

  it("mounts claims, and is probed at ports by number or name", () => {
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data-topo-0" } }];
    const mounted = containerOf(aPod({ volumeMounts: [{ name: "data", mountPath: "/data" }] }, { volumes }));
    expect(mounted.mounts).toEqual([{ claim: "data-topo-0", path: "/data" }]);
    expect(mounted.probes.readiness).toEqual({ port: 2381, path: "/readyz", timeoutMs: 1000 });
    expect(mounted.probes.liveness).toEqual({ port: 2381, path: "/livez", timeoutMs: 3000 });
  });

  it.each<[string, V1Pod, string]>([
    ["a second container", aPod({}, { initContainers: [container] }), "topo-0 hasn't one container"],
    [
      "a variable from elsewhere",
      aPod({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }),
      "A from undefined",
    ],
    ["variables of a whole ConfigMap", aPod({ envFrom: [{ configMapRef: { name: "c" } }] }), "envFrom isn't"],
    [
      "a volume that is no claim",
      aPod({ volumeMounts: [{ name: "x", mountPath: "/x" }] }, { volumes: [{ name: "x", emptyDir: {} }] }),
      "the claim of x",
    ],
    ["a probe of another kind", aPod({ livenessProbe: { tcpSocket: { port: 2379 } } }), "of a probe"],
  ])("isn't made for %s", (_, pod, message) => {
    expect(() => containerOf(pod)).toThrow(message);
  });
});

describe("the names of a pod that isn't ready", () => {
  const service = (name: string, spec: object) => ({ metadata: { name, namespace: "t" }, spec });
  const peer = { clusterIP: "None", publishNotReadyAddresses: true, selector: { app: "topo" } };

  it.each([
    ["its own one too of its governing Service", service("peer", peer), ["peer.t.svc", "topo-0.peer.t.svc"]],
    ["the Service's alone of another headless one", service("other", peer), ["other.t.svc"]],
    ["the Service's alone of one with an address", service("peer", { ...peer, clusterIP: "10.0.0.1" }), ["peer.t.svc"]],
    ["none of one that waits for readiness", service("peer", { ...peer, publishNotReadyAddresses: undefined }), []],
    ["none of one that selects others", service("peer", { ...peer, selector: { app: "topo", index: "1" } }), []],
    [
      "none of one in another namespace",
      { ...service("peer", peer), metadata: { name: "peer", namespace: "other" } },
      [],
    ],
  ])("are %s", (_, of, names) => {
    expect(namesOf(aPod(), [of])).toEqual(names);
  });
});
