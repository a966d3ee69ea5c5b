import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AuditLines, type ControlPlane, components, startControlPlane } from "../control-plane/index.ts";
import { type Multiadmin, startMultiadmin } from "../multiadmin/index.ts";
import { install } from "../operator/install.ts";
import { renderInstallation } from "../operator/manifests.ts";
import { type Operator, runOperator } from "../operator/operator.ts";
import { AuditReader } from "./audit-reader.ts";
import { BareClient, RefusedError } from "./bare-client.ts";
import { isReadyPod } from "./conditions.ts";
import { observe } from "./observation.ts";
import { watchPoolPods } from "./pool-pods.ts";
import type { Pids } from "./processes.ts";
import { namespace, resources } from "./resources.ts";
import { shardTemplate } from "./shape.ts";
import type { TopologyCounts } from "./topology-counts.ts";
import { readTopology } from "./topology-reader.ts";

/** A fresh control plane with the operator's CRDs and policies, warmed up, and nobody else on it. */
export interface Testbed extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly client: BareClient;
  readonly serverPids: Pids;
}

/** A testbed with the five controllers running and leading. */
export interface OperatorTestbed extends Testbed {
  readonly operator: Operator;
  /** What the controllers find behind every multiadmin. */
  readonly multiadmin: Multiadmin;
  controllerPids(): Pids;
  /** From now on. */
  audit(): AuditReader;
  /** Of all topology servers together, since the operator was started. */
  topology(): Promise<TopologyCounts>;
  /** Stops and starts all five; resolves when each reconciles again. */
  restart(): Promise<void>;
}

export interface TestbedOptions {
  readonly log: (line: string) => void;
  readonly profile?: string;
}

/** All that a user's cluster runs, but nodes and volumes are played by others. */
const usersControllers = [
  "*",
  "-node-lifecycle-controller",
  "-persistentvolume-binder-controller",
  "-persistentvolume-expander-controller",
  "-persistentvolume-attach-detach-controller",
];

export async function openTestbed({ log }: TestbedOptions): Promise<Testbed> {
  const plane = await startControlPlane({
    log,
    // Connections cut at random are for tests; a user's API server doesn't.
    goawayChance: 0,
    extraArguments: {
      // In one file, however long.
      "kube-apiserver": ["--audit-log-maxsize=10000"],
      "kube-controller-manager": [`--controllers=${usersControllers.join(",")}`],
    },
  });
  const client = new BareClient(plane);
  const close = async () => {
    client.close();
    await plane.stop();
  };
  try {
    await install(plane.kubectl, (await renderInstallation(plane.kubectl)).manifests);
    await client.post("/api/v1/namespaces", { metadata: { name: namespace } });
    await warmUp(client);
    await untilCollectorKnowsOurKinds(plane, client);
    const pids = components.map((name) => [name, plane.component(name).pid ?? 0] as const);
    return { plane, client, serverPids: new Map(pids), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function openOperatorTestbed(options: TestbedOptions): Promise<OperatorTestbed> {
  const bed = await openTestbed(options);
  try {
    const poolPods = await watchPoolPods(bed.client);
    const multiadmin = await startMultiadmin(poolPods.pods);
    const operator = await runOperator({
      kubectl: bed.plane.kubectl,
      folder: bed.plane.directory,
      env: {
        DIAL_OVERRIDES: multiadmin.dialOverride,
        ...(options.profile !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${options.profile}` }),
      },
    });
    await untilReconciling(operator, 1);
    let starts = 1;
    return {
      ...bed,
      operator,
      multiadmin,
      controllerPids: () => new Map([...operator.controllers].map(([name, { pid }]) => [name, pid])),
      audit: () => new AuditReader(bed.plane.auditLog),
      topology: () => readTopology(operator.topology?.etcd.address ?? ""),
      restart: async () => {
        const running = [...operator.controllers];
        await Promise.all(running.map(([, controller]) => controller.stop()));
        await Promise.all(running.map(([name]) => operator.start(name)));
        starts += 1;
        await untilReconciling(operator, starts);
      },
      [Symbol.asyncDispose]: async () => {
        await operator.stop();
        await multiadmin.close();
        poolPods.stop();
        await bed[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await bed[Symbol.asyncDispose]();
    throw error;
  }
}

/** The log of a controller says when its caches are filled and it leads. */
async function untilReconciling(operator: Operator, starts: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (const { name, logFile } of operator.controllers.values()) {
    while (readFileSync(logFile, "utf8").split('"msg":"reconciling"').length <= starts) {
      if (performance.now() > deadline) throw new Error(`${name} doesn't reconcile after 60 s; see ${logFile}`);
      await sleep(50);
    }
  }
}

/** Kubernetes' own controllers take seconds to fill their caches; that is no part of what is measured. */
async function warmUp(client: BareClient): Promise<void> {
  const name = "warm-up";
  const labels = { app: name };
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "c", image: "c", volumeMounts: [{ name: "data", mountPath: "/data" }] }] },
    },
  };
  const volumes = [{ name: "data", emptyDir: {} }];
  const template = { ...spec.template, spec: { ...spec.template.spec, volumes } };
  const claim = {
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  await client.post("/api/v1/namespaces", { metadata: { name } });
  const pods = observe(client, {
    path: `/api/v1/namespaces/${name}/pods`,
    wanted: 2,
    tests: { ready: isReadyPod },
    timeoutSeconds: 120,
  });
  try {
    await eventually(() =>
      client.post(`/apis/apps/v1/namespaces/${name}/deployments`, {
        metadata: { name },
        spec: { ...spec, template },
      }),
    );
    await client.post(`/apis/apps/v1/namespaces/${name}/statefulsets`, {
      metadata: { name },
      spec: { ...spec, serviceName: name, volumeClaimTemplates: [claim] },
    });
    await pods.reached("ready");
  } finally {
    pods.stop();
  }
  await client.delete(`/api/v1/namespaces/${name}`);
  await eventually(async () => {
    const found = await client.get(`/api/v1/namespaces/${name}`).catch((error: unknown) => error);
    if (!(found instanceof RefusedError && found.status === 404)) throw new Error(`namespace ${name} doesn't go`);
  });
}

/**
 * The garbage collector learns of new kinds every 30 s. Until then it looks up each object's owner of such a kind again and again,
 * which is a third of all requests; in a user's cluster it knows them for long.
 */
async function untilCollectorKnowsOurKinds(plane: ControlPlane, client: BareClient): Promise<void> {
  const name = "owner-probe";
  await client.post("/api/v1/namespaces", { metadata: { name } });
  const { root, plural } = resources.ShardTemplate;
  const template = { ...shardTemplate(), metadata: { name } };
  const { metadata } = await client.post(`${root}/namespaces/${name}/${plural}`, template);
  const owner = { apiVersion: template.apiVersion, kind: template.kind, name, uid: metadata.uid };
  const log = new AuditLines(plane.auditLog);
  await eventually(async () => {
    log.next();
    await client.post(`/api/v1/namespaces/${name}/configmaps`, {
      metadata: { generateName: `${name}-`, ownerReferences: [owner] },
    });
    await sleep(1_000);
    const lookedUp = log
      .next()
      .some((line) => line.includes(":generic-garbage-collector") && line.includes(`/${name}`));
    if (lookedUp) throw new Error("the garbage collector doesn't know our kinds");
  });
  await client.delete(`/api/v1/namespaces/${name}`);
}

async function eventually(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
