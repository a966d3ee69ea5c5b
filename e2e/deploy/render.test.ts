import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type ControllerName, controllerNames, controllers } from "./controllers.ts";
import {
  deployFolder,
  type Manifest,
  only,
  type PodSpec,
  permissions,
  type Rule,
  render,
  rulesOf,
} from "./rendered.ts";

let all: readonly Manifest[];
let namespaced: readonly Manifest[];

beforeAll(async () => {
  [all, namespaced] = await Promise.all([render("overlays/default"), render("overlays/namespaced")]);
});

function podOf(manifests: readonly Manifest[], name: ControllerName): PodSpec {
  return only(manifests, "Deployment", name).spec.template.spec;
}

function ofKind(manifests: readonly Manifest[], kind: string): string[] {
  return manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
}

const workloads = new Set([
  "apps/deployments",
  "apps/statefulsets",
  "core/services",
  "core/configmaps",
  "core/persistentvolumeclaims",
  "core/pods",
  "policy/poddisruptionbudgets",
]);

describe("the default overlay", () => {
  test("has the CRDs, the policies and exactly the controllers that have a program", () => {
    expect(ofKind(all, "CustomResourceDefinition")).toHaveLength(6);
    expect(ofKind(all, "ValidatingAdmissionPolicy").length).toBeGreaterThan(0);
    expect(ofKind(all, "Deployment").toSorted()).toEqual(controllerNames.toSorted());
    expect(readdirSync(join(deployFolder, "../apps")).toSorted()).toEqual(controllerNames.toSorted());
  });

  test("enforces restricted Pod Security on the namespace that everything is in", () => {
    const labels = only(all, "Namespace", "multigres-system").metadata.labels;
    expect(labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
    const namespaces = all.flatMap(({ metadata }) => metadata.namespace ?? []);
    expect(new Set(namespaces)).toEqual(new Set(["multigres-system"]));
  });

  test("gives no right to anyone but the controllers", () => {
    const subjects = all.flatMap((manifest) => manifest.subjects ?? []);
    expect(subjects).toHaveLength(10);
    for (const { kind, name, namespace } of subjects) {
      expect([kind, namespace]).toEqual(["ServiceAccount", "multigres-system"]);
      expect(controllerNames).toContain(name);
    }
  });
});

describe.each(controllerNames)("%s", (name) => {
  const { primary, children } = controllers[name];

  test("runs as its own ServiceAccount, from an image of its own", () => {
    only(all, "ServiceAccount", name);
    const pod = podOf(all, name);
    expect(pod.serviceAccountName).toBe(name);
    expect(pod.containers.map(({ image }) => image)).toEqual([
      expect.stringMatching(new RegExp(`^ghcr\\.io/multigres/operator/${name}:\\d+\\.\\d+\\.\\d+$`)),
    ]);
  });

  test("is one replica whose selector finds its own pods only", () => {
    const { replicas, selector, template } = only(all, "Deployment", name).spec;
    expect(replicas).toBe(1);
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(selector.matchLabels["app.kubernetes.io/name"]).toBe(name);
  });

  test("starts node with a bounded heap, below the memory limit", () => {
    const [container] = podOf(all, name).containers;
    expect(container?.args).toEqual(["--max-semi-space-size=4", "--max-old-space-size=96", "/app/main.mjs"]);
    expect(container?.resources).toEqual({ requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "160Mi" } });
  });

  test("is probed over HTTP on a port that it is told to serve", () => {
    const [container] = podOf(all, name).containers;
    const port = (of: string) => container?.ports.find((candidate) => candidate.name === of)?.containerPort;
    const env = Object.fromEntries((container?.env ?? []).map((variable) => [variable.name, variable]));
    expect(container?.["livenessProbe"]).toMatchObject({ httpGet: { path: "/healthz", port: "health" } });
    expect(container?.["startupProbe"]).toMatchObject({ httpGet: { path: "/healthz", port: "health" } });
    expect(container?.["readinessProbe"]).toMatchObject({ httpGet: { path: "/readyz", port: "health" } });
    expect(env["HEALTH_PORT"]?.value).toBe(String(port("health")));
    expect(env["METRICS_PORT"]?.value).toBe(String(port("metrics")));
    expect(env["WATCH_NAMESPACE"]?.value).toBe("");
    expect(env["POD_NAME"]?.valueFrom).toEqual({ fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } });
    expect(env["POD_NAMESPACE"]?.valueFrom).toEqual({
      fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" },
    });
  });

  test("is restricted: no root, no privileges, nothing to write to, nothing of the host", () => {
    const pod = podOf(all, name);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.containers.map(({ securityContext }) => securityContext)).toEqual([
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ]);
    expect(pod.volumes).toBeUndefined();
    expect(pod.hostNetwork).toBeUndefined();
  });

  test("has no wildcard in its roles, and names no resource twice", () => {
    const rules = rulesOf(all, name);
    expect(rules.length).toBeGreaterThan(3);
    const words = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(words.filter((word) => word.includes("*"))).toEqual([]);
    const allowed = permissions(rules);
    expect(allowed.filter((permission, index) => allowed.indexOf(permission) !== index)).toEqual([]);
  });

  test("writes its own kind's status and the kinds that it makes, and reads no more than it needs of the others", () => {
    const ours = permissions(rulesOf(all, name)).filter((permission) => permission.startsWith("multigres.com/"));
    const read = name === "cluster-controller" ? [primary, "shardtemplates"] : [primary];
    expect(ours.toSorted()).toEqual(
      [
        ...read.flatMap((kind) => ["list", "watch"].map((verb) => `${kind} ${verb}`)),
        `${primary}/status patch`,
        // Its finalizer, on clusters with records in an external topology server.
        ...(name === "cluster-controller" ? [`${primary} patch`] : []),
        `${primary}/finalizers update`,
        ...children.flatMap((kind) =>
          ["get", "list", "watch", "create", "update", "delete"].map((verb) => `${kind} ${verb}`),
        ),
      ]
        .map((permission) => `multigres.com/${permission}`)
        .toSorted(),
    );
  });

  test("touches Secrets only if it is the cluster-controller, and then only creates them", () => {
    const secrets = permissions(rulesOf(all, name)).filter((permission) => permission.includes("secrets"));
    expect(secrets).toEqual(name === "cluster-controller" ? ["core/secrets create"] : []);
  });

  test("writes Events and its own Lease, and nothing else beyond workloads", () => {
    const rules = rulesOf(all, name);
    const others = permissions(rules).filter((permission) => {
      const [resource = ""] = permission.split(" ");
      return !workloads.has(resource) && !/^(multigres\.com|core\/secrets)/.test(resource);
    });
    expect(others.toSorted()).toEqual(
      [
        ...["create", "patch"].map((verb) => `events.k8s.io/events ${verb}`),
        ...["create", "get", "list", "update", "watch"].map((verb) => `coordination.k8s.io/leases ${verb}`),
      ].toSorted(),
    );
    const unnamed = rules.filter((rule) => rule.resources.includes("leases") && !rule.resourceNames);
    expect(unnamed.map(({ verbs }) => verbs)).toEqual([["create"]]);
    expect(rules.flatMap(({ resourceNames }) => resourceNames ?? [])).toEqual([`multigres-${name}`]);
  });

  test("holds Leases in its own namespace only", () => {
    const clusterRules = only(all, "ClusterRole", `multigres-${name}`).rules;
    expect(clusterRules.flatMap(({ resources }) => resources)).not.toContain("leases");
  });

  test("can be installed alone", async () => {
    const alone = await render(`controllers/${name}`);
    expect(alone.toSorted(byIdentity)).toEqual(
      all
        .filter(
          ({ kind, metadata }) => kind === "Namespace" || metadata.name.replace(/^multigres-/, "").startsWith(name),
        )
        .toSorted(byIdentity),
    );
    expect(alone.map(({ kind }) => kind).toSorted()).toEqual(
      [
        "ClusterRole",
        "ClusterRoleBinding",
        "Deployment",
        "Namespace",
        "Role",
        "RoleBinding",
        "ServiceAccount",
      ].toSorted(),
    );
  });
});

describe("pods and volumes", () => {
  const verbsOn = (name: ControllerName, resource: string) =>
    permissions(rulesOf(all, name))
      .filter((permission) => permission.startsWith(`core/${resource} `))
      .map((permission) => permission.split(" ")[1]);

  test.each(controllerNames)("%s changes no pod; the shard- and the cell-controller may delete them", (name) => {
    const read = name === "tablegroup-controller" ? [] : ["list", "watch"];
    expect(verbsOn(name, "pods")).toEqual(
      name === "shard-controller" || name === "cell-controller" ? [...read, "delete"] : read,
    );
  });

  test.each(controllerNames)("%s may delete volumes only if it decides with what they go", (name) => {
    const decides = ["cluster-controller", "shard-controller", "topo-controller"].includes(name);
    expect(verbsOn(name, "persistentvolumeclaims").includes("delete")).toBe(decides);
  });
});

describe("images of Multigres", () => {
  test("stand in the cluster-controller's environment, and nowhere else", () => {
    const images = (name: ControllerName) =>
      (podOf(all, name).containers[0]?.env ?? []).filter((variable) => variable.name.startsWith("DEFAULT_IMAGE_"));
    expect(
      images("cluster-controller")
        .map((variable) => variable.name.slice("DEFAULT_IMAGE_".length))
        .toSorted(),
    ).toEqual(["ETCD", "MULTIADMIN", "MULTIGATEWAY", "MULTIORCH", "MULTIPOOLER", "PGCTLD", "POSTGRES"].toSorted());
    for (const { value } of images("cluster-controller")) expect(value).toMatch(/^[a-z0-9./-]+:[\w.-]+$/);
    for (const name of controllerNames.filter((other) => other !== "cluster-controller"))
      expect(images(name)).toEqual([]);
  });
});

describe("the namespaced overlay", () => {
  test("has no cluster-scoped object, so that a namespace's administrator can apply it", () => {
    expect(new Set(namespaced.map(({ kind }) => kind))).toEqual(
      new Set(["ServiceAccount", "Role", "RoleBinding", "Deployment"]),
    );
    expect(new Set(namespaced.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["multigres"]));
    const subjects = namespaced.flatMap((manifest) => manifest.subjects ?? []);
    expect(new Set(subjects.map(({ namespace }) => namespace))).toEqual(new Set(["multigres"]));
  });

  test.each(controllerNames)("gives %s the same rights as the default overlay, within the namespace", (name) => {
    const sorted = (rules: readonly Rule[]) => rules.map((rule) => JSON.stringify(rule)).toSorted();
    expect(sorted(rulesOf(namespaced, name))).toEqual(sorted(rulesOf(all, name)));
  });

  test.each(controllerNames)("makes %s watch the namespace that it is in", (name) => {
    const variables = podOf(namespaced, name).containers[0]?.env ?? [];
    expect(variables.filter((variable) => variable.name === "WATCH_NAMESPACE")).toEqual([
      { name: "WATCH_NAMESPACE", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } } },
    ]);
  });
});

function byIdentity(a: Manifest, b: Manifest): number {
  return `${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1;
}
