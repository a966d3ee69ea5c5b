import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ControlPlane, startControlPlane, testReadyAnnotation } from "@multigres/tools/control-plane";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

const workloads = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: stateful}
spec:
  replicas: 2
  podManagementPolicy: Parallel
  serviceName: stateful
  selector: {matchLabels: {app: stateful}}
  template:
    metadata: {labels: {app: stateful}}
    spec:
      nodeSelector: {topology.kubernetes.io/zone: us-east-1a}
      initContainers:
      - {name: prepare, image: "prepare:1"}
      - {name: sidecar, image: "sidecar:1", restartPolicy: Always}
      containers: [{name: main, image: "registry.example:5000/main:1"}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: shared}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: deployed}
spec:
  replicas: 2
  selector: {matchLabels: {app: deployed}}
  template:
    metadata: {labels: {app: deployed}}
    spec: {nodeSelector: {topology.kubernetes.io/zone: us-east-1b}, containers: [{name: main, image: "main:1"}]}
`;

const failingPod = (name: string, image: string, init = "sidecar:1") => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  initContainers: [{name: sidecar, image: "${init}", restartPolicy: Always}]
  containers: [{name: main, image: "${image}"}, {name: other, image: "other:1"}]
---
`;

interface PodStatus {
  phase: string;
  podIP?: string;
  conditions?: { type: string; status: string }[];
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

interface ContainerStatus {
  ready: boolean;
  state: { waiting?: { reason: string } };
}

const eventually = { timeout: 60_000, interval: 100 };

describe("a whole control plane", () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane();
    const account = "/api/v1/namespaces/default/serviceaccounts/default";
    await vi.waitFor(() => plane.request({ method: "GET", path: account }), eventually);
  });
  afterAll(() => plane.stop());

  async function kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await plane.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  async function apply(manifest: string): Promise<void> {
    const { code, stderr } = await plane.kubectl(["apply", "-f", "-"], { stdin: manifest });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }

  const get = async <T>(path: string) => (await plane.request({ method: "GET", path })) as T;
  const ready = async (plural: string, name: string) =>
    (await get<{ status: { readyReplicas?: number } }>(`/apis/apps/v1/namespaces/default/${plural}/${name}`)).status
      .readyReplicas;
  const podStatus = async (name: string) =>
    (await get<{ status: PodStatus }>(`/api/v1/namespaces/default/pods/${name}`)).status;
  const podReady = async (name: string) =>
    (await podStatus(name)).conditions?.find(({ type }) => type === "Ready")?.status;

  test("runs workloads with volumes until one pod is held NotReady, and again after its release", async () => {
    await apply(workloads);
    await vi.waitFor(async () => {
      expect(await ready("statefulsets", "stateful")).toBe(2);
      expect(await ready("deployments", "deployed")).toBe(2);
    }, eventually);
    // One of them belongs to no pod.
    await vi.waitFor(async () => {
      expect(await kubectl("get", "pvc", "-o", "jsonpath={.items[*].status.phase}")).toBe("Bound Bound Bound");
    }, eventually);
    expect(await kubectl("get", "pods", "-l", "app=stateful", "-o", "jsonpath={.items[*].spec.nodeName}")).toBe(
      "node-1a node-1a",
    );

    await kubectl("annotate", "pod", "stateful-1", `${testReadyAnnotation}=false`);
    await vi.waitFor(async () => expect(await ready("statefulsets", "stateful")).toBe(1), eventually);
    expect(await podReady("stateful-0")).toBe("True");
    expect(await podReady("stateful-1")).toBe("False");
    const address = (await podStatus("stateful-1")).podIP;

    await kubectl("annotate", "pod", "stateful-1", `${testReadyAnnotation}-`);
    await vi.waitFor(async () => expect(await ready("statefulsets", "stateful")).toBe(2), eventually);
    expect(await podReady("stateful-1")).toBe("True");
    expect((await podStatus("stateful-1")).podIP).toBe(address);
  });

  test("plays failing containers for the image tags :notready, :crash and :imagepull", async () => {
    await apply(
      [
        failingPod("main-notready", "main:notready"),
        failingPod("main-crash", "main:crash"),
        failingPod("main-imagepull", "main:imagepull"),
        failingPod("init-crash", "main:1", "sidecar:crash"),
        failingPod("init-notready", "main:1", "sidecar:notready"),
      ].join(""),
    );
    const state = async (name: string) => {
      const { phase, initContainerStatuses: [init] = [], containerStatuses: all = [] } = await podStatus(name);
      const waiting = [init, all[0]].map((container) => container?.state.waiting?.reason ?? "").join("");
      return [phase, init?.ready, ...all.map((container) => container.ready), waiting].join(" ");
    };
    const expected = {
      "main-notready": "Running true false true ",
      "main-crash": "Running true false true CrashLoopBackOff",
      "main-imagepull": "Pending true false true ImagePullBackOff",
      "init-crash": "Pending false false false CrashLoopBackOffPodInitializing",
      "init-notready": "Running false true true ",
    };
    for (const [name, wanted] of Object.entries(expected)) {
      await vi.waitFor(async () => expect(await state(name)).toBe(wanted), eventually);
      expect(await podReady(name)).toBe("False");
    }
  });

  test("gives ServiceAccounts tokens that are worth their Role and nothing more, also for blocking owner references", async () => {
    await apply(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: writer}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: writer}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [create, get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: writer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: writer}
subjects: [{kind: ServiceAccount, name: writer, namespace: default}]
`);
    const token = await plane.serviceAccountToken("default", "writer");
    const kubeconfig = await plane.writeKubeconfig("writer", token);
    const asWriter = (args: string[], stdin?: string) => plane.kubectl(args, { kubeconfig, stdin });
    const owner = "{apiVersion: v1, kind: ServiceAccount, name: writer, uid: 11111111-1111-1111-1111-111111111111";
    const owned = (name: string, more: string) =>
      `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, ownerReferences: [${owner}${more}}]}}`;

    // The server learns of roles a moment after they were written.
    await vi.waitFor(async () => {
      expect(await asWriter(["auth", "can-i", "create", "configmaps"])).toMatchObject({ code: 0 });
    }, eventually);
    expect((await asWriter(["get", "pods"])).stderr).toContain("forbidden");
    expect(await asWriter(["create", "-f", "-"], owned("plain", ""))).toMatchObject({ code: 0 });
    const refused = await asWriter(["create", "-f", "-"], owned("blocking", ", blockOwnerDeletion: true"));
    expect(refused.stderr).toContain("cannot set blockOwnerDeletion");

    const events = (await readFile(plane.auditLog, "utf8"))
      .split("\n")
      // The last line may be half written.
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    const writes = events.filter(
      (event) =>
        event.user.username === "system:serviceaccount:default:writer" &&
        event.verb === "create" &&
        event.objectRef?.resource === "configmaps",
    );
    expect(writes.map((event) => event.responseStatus.code)).toEqual([201, 403]);
  });

  test("runs beside another one, and one survives the loss of its parts", async () => {
    const other = await startControlPlane({ components: [] });
    try {
      expect(other.server).not.toBe(plane.server);
      await other.request({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: "mine" } } });
      await expect(plane.request({ method: "GET", path: "/api/v1/namespaces/mine" })).rejects.toMatchObject({
        status: 404,
      });

      await other.component("kube-apiserver").kill();
      await other.component("etcd").restart();
      await expect(other.request({ method: "GET", path: "/readyz" })).rejects.toThrow("ECONNREFUSED");
      await other.component("kube-apiserver").start();
      await other.request({ method: "GET", path: "/api/v1/namespaces/mine" });

      plane.component("etcd").pause();
      await expect(
        plane.request({ method: "GET", path: "/api/v1/namespaces/x", timeoutMilliseconds: 500 }),
      ).rejects.toThrow("no answer within 500 ms");
      plane.component("etcd").resume();
      await vi.waitFor(() => plane.request({ method: "GET", path: "/api/v1/namespaces/default" }), eventually);
    } finally {
      await other.stop();
    }
    expect(existsSync(other.directory)).toBe(false);
    expect(() => other.component("kwok")).toThrow("runs without kwok");
  });
});

test("a control plane that can't start tells the end of the log and leaves nothing behind", async () => {
  const directory = await mkdtemp(join(tmpdir(), "control-plane-"));
  try {
    const extraArguments = { "kube-apiserver": ["--nonsense"] };
    await expect(startControlPlane({ components: [], directory, extraArguments })).rejects.toThrow(
      /^kube-apiserver ended with code 1; the end of its log:\nError: unknown flag: --nonsense$/,
    );
    expect(await processesOf(directory)).toEqual([]);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("nothing is left of a control plane whose parent is killed with SIGKILL", async () => {
  const parent = spawn(
    process.execPath,
    ["--conditions=@multigres/source", fileURLToPath(new URL("./parent.ts", import.meta.url))],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  const { directory, program } = JSON.parse(line) as { directory: string; program: number };
  const before = await processesOf(directory);
  // etcd, kube-apiserver, kube-scheduler and the guardian.
  expect(before).toHaveLength(4);
  expect(isAlive(program)).toBe(true);

  parent.kill("SIGKILL");
  await vi.waitFor(async () => {
    expect(await processesOf(directory)).toEqual([]);
    expect(isAlive(program)).toBe(false);
    expect(existsSync(directory)).toBe(false);
  }, eventually);
});

async function processesOf(directory: string): Promise<string[]> {
  const ps = spawn("ps", ["-A", "-ww", "-o", "args="], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  ps.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(ps, "close");
  return output.split("\n").filter((line) => line.includes(directory));
}

/** A zombie isn't alive: where pid 1 doesn't collect the dead, they stay in the table. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}
