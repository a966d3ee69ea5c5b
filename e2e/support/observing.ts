import type { Condition, MultigresCluster } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { expect } from "vitest";
import type { TestCluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";

type Api = Pick<TestCluster, "api">;

/** The condition of a type that an object has now. */
export function condition(object: KubernetesObject, type: string): Condition | undefined {
  return (object as { status?: { conditions?: Condition[] } }).status?.conditions?.find((each) => each.type === type);
}

/** Waits until a cluster is available, at rest and says so of its current generation. */
export function settled({ api }: Api, namespace: string, name = "demo"): Promise<MultigresCluster> {
  return eventually(async () => {
    const found = await api.get(kinds.MultigresCluster, { namespace, name });
    expect(found.status?.observedGeneration, "observedGeneration").toBe(found.metadata.generation);
    expect(condition(found, "Available"), "Available").toMatchObject({ status: "True" });
    expect(condition(found, "Progressing"), "Progressing").toMatchObject({ status: "False" });
    return found;
  });
}

/** Every object of the given kinds in a namespace, as `<Kind> <name>`: its UID and resourceVersion. */
export async function versions(
  { api }: Api,
  namespace: string,
  ...of: readonly ResourceKind[]
): Promise<Record<string, string>> {
  const lists = await Promise.all(
    of.map(async (kind) =>
      (await api.list(kind, { namespace })).items.map(({ metadata }): [string, string] => [
        `${kind.kind} ${metadata?.name}`,
        `${metadata?.uid} at ${metadata?.resourceVersion}`,
      ]),
    ),
  );
  return Object.fromEntries(lists.flat());
}

/** An Event about an object. */
export interface Occurrence {
  readonly type: string;
  readonly reason: string;
  /** `<Kind> <name>`. */
  readonly regarding: string;
  readonly note: string;
  readonly reportingController: string;
  /** How often it happened. */
  readonly count: number;
}

interface EventObject extends KubernetesObject {
  type: string;
  reason: string;
  note: string;
  reportingController?: string;
  regarding: { kind: string; name: string };
  series?: { count: number };
}

const eventKind: ResourceKind<EventObject> = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

/** Events about one object with a reason. */
export async function eventsOn(
  cluster: Api,
  namespace: string,
  regarding: { readonly kind: string; readonly name: string },
  reason: string,
): Promise<Occurrence[]> {
  const events = await operatorEvents(cluster, namespace);
  return events.filter((event) => event.reason === reason && event.regarding === `${regarding.kind} ${regarding.name}`);
}

/** All Events that the five controllers left in a namespace. */
export async function operatorEvents({ api }: Api, namespace: string): Promise<Occurrence[]> {
  const { items } = await api.list(eventKind, { namespace });
  return items
    .flatMap((event) => {
      // Older components leave it out.
      const { reportingController = "" } = event;
      return reportingController.startsWith("multigres.com/") ? [{ ...event, reportingController }] : [];
    })
    .map(({ type, reason, note, reportingController, regarding, series }) => ({
      type,
      reason,
      regarding: `${regarding.kind} ${regarding.name}`,
      note,
      reportingController,
      count: series?.count ?? 1,
    }));
}

/** Waits for the Warning about an object with a reason, and fails if there are several of them or it was repeated. */
export function oneWarning(
  cluster: Api,
  namespace: string,
  regarding: { readonly kind: string; readonly name: string },
  reason: string,
): Promise<Occurrence | undefined> {
  return eventually(async () => {
    const found = await eventsOn(cluster, namespace, regarding, reason);
    expect(found).toMatchObject([{ type: "Warning", count: 1 }]);
    return found[0];
  });
}
