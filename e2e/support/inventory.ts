import { labels } from "@multigres/api-types";
import { kinds, type ResourceKind } from "@multigres/controller-kit";
import { expect } from "vitest";
import type { TestCluster } from "./cluster.ts";
import type { Wishes } from "../fixtures/small.ts";
import { eventually } from "./eventually.ts";
import { childKinds, idOf, objects, workloadKinds } from "./objects.ts";
import { condition } from "./observing.ts";
import { type ControllerRequest, controllerRequests, isWrite } from "./requests.ts";

type Api = Pick<TestCluster, "api">;

const made = [...childKinds, ...workloadKinds, kinds.ConfigMap, kinds.PersistentVolumeClaim];

/** Every object of a cluster as `<Kind> <name>`, and how many pods each component has; the same for the same spec in any namespace. */
export async function inventory(cluster: Api, namespace: string): Promise<string[]> {
  const found = (await objects(cluster, namespace, made)).map(idOf);
  // Pods of Deployments have chance names.
  const pods = (await objects(cluster, namespace, [kinds.Pod])).map(
    ({ metadata }) => `Pod of ${metadata?.labels?.[labels.component]}`,
  );
  return [...found.filter((object) => object !== "ConfigMap kube-root-ca.crt"), ...pods].sort();
}

/** UIDs of a cluster's objects: what was deleted and made again has another one. */
export async function uids(cluster: Api, namespace: string): Promise<Record<string, string | undefined>> {
  const found = await objects(cluster, namespace, made);
  return Object.fromEntries(found.map((object) => [idOf(object), object.metadata?.uid]));
}

/** Objects that the controllers created more than once in a namespace. */
export function createdTwice(cluster: Pick<TestCluster, "auditLog">, namespace: string): string[] {
  return repeated(creations(cluster, namespace).filter(isWrite));
}

/** Objects whose creation the controllers asked for more than once, whatever the answers were. */
export function askedForTwice(cluster: Pick<TestCluster, "auditLog">, namespace: string): string[] {
  return repeated(creations(cluster, namespace));
}

/** What the controllers asked to be created in a namespace, Events apart. */
export function creations(cluster: Pick<TestCluster, "auditLog">, namespace: string): ControllerRequest[] {
  return controllerRequests(cluster).filter(
    (request) =>
      request.verb === "create" && request.namespace === namespace && request.resource !== "events.k8s.io/events",
  );
}

function repeated(requests: readonly ControllerRequest[]): string[] {
  const named = requests.map(({ resource, name }) => `${resource} ${name}`);
  return named.filter((request, index) => named.indexOf(request) !== index);
}

/** Waits until a small cluster says of its current spec that it is settled, and checks that this is so down to the workloads. */
export async function hasBecome(cluster: Api, namespace: string, wishes: Wishes): Promise<void> {
  const { gateways = 1, pods = 2, etcd, name = "small" } = wishes;
  await eventually(async () => {
    const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name });
    expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    expect(condition(found, "Available")).toMatchObject({ status: "True" });
    expect(condition(found, "Progressing")).toMatchObject({ status: "False" });
    const component = async (kind: ResourceKind, of: string) =>
      (
        await cluster.api.list(kind, {
          namespace,
          labelSelector: `${labels.cluster}=${name},${labels.component}=${of}`,
        })
      ).items[0];
    expect(await component(kinds.Deployment, "multigateway")).toMatchObject({ spec: { replicas: gateways } });
    expect(await component(kinds.StatefulSet, "shard-pool")).toMatchObject({ spec: { replicas: pods } });
    if (etcd === undefined) return;
    expect(await component(kinds.StatefulSet, "toposerver")).toMatchObject({
      spec: { template: { spec: { containers: [{ image: etcd }] } } },
    });
  });
}
