import type { ControlPlane } from "../control-plane/index.ts";
import { namespaces } from "./fleet.ts";
import { labelNames } from "./judge/facts.ts";
import { bystanderPrefix } from "./judge/invariants/foreign-untouched.ts";

const labels = {
  [labelNames.cluster]: "c0",
  [labelNames.database]: "app",
  [labelNames.cell]: "z1",
  [labelNames.poolType]: "replica",
  [labelNames.component]: "shard-pool",
};

/** Objects of somebody who labels like the operator: they must be as they were when the run is over. */
const bystanders = [
  { root: "/api/v1", plural: "configmaps", body: { data: { of: "somebody" } } },
  { root: "/api/v1", plural: "services", body: { spec: { clusterIP: "None", selector: { of: "somebody" } } } },
  {
    root: "/api/v1",
    plural: "persistentvolumeclaims",
    // Of a class that nobody serves, so that it stays as it is.
    body: {
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "nobodys",
        resources: { requests: { storage: "1Gi" } },
      },
    },
  },
  {
    root: "/apis/policy/v1",
    plural: "poddisruptionbudgets",
    body: { spec: { maxUnavailable: 1, selector: { matchLabels: { of: "somebody" } } } },
  },
  {
    root: "/apis/apps/v1",
    plural: "statefulsets",
    body: {
      spec: {
        replicas: 0,
        serviceName: "somebody",
        selector: { matchLabels: { of: "somebody" } },
        template: { metadata: { labels: { of: "somebody" } }, spec: { containers: [{ name: "c", image: "c" }] } },
      },
    },
  },
] as const;

type Plane = Pick<ControlPlane, "request">;

interface Stored {
  readonly metadata: { readonly uid: string; readonly labels: unknown };
  readonly spec?: unknown;
  readonly data?: unknown;
}

/** Makes them; the returned function says which of them aren't what they were any more. */
export async function placeBystanders(plane: Plane): Promise<() => Promise<readonly string[]>> {
  const paths = namespaces.flatMap((namespace) =>
    bystanders.map(({ root, plural, body }) => ({ path: `${root}/namespaces/${namespace}/${plural}`, body })),
  );
  const name = `${bystanderPrefix}-1`;
  const look = async (path: string): Promise<string> => {
    const { metadata, spec, data } = (await plane.request({ method: "GET", path: `${path}/${name}` })) as Stored;
    return JSON.stringify({ uid: metadata.uid, labels: metadata.labels, spec, data });
  };
  for (const { path, body } of paths) {
    await plane.request({ method: "POST", path, body: { metadata: { name, labels }, ...body } });
  }
  const before = new Map(await Promise.all(paths.map(async ({ path }) => [path, await look(path)] as const)));
  return async () => {
    const now = await Promise.all(paths.map(async ({ path }) => ({ path, is: await look(path).catch(String) })));
    return now.filter(({ path, is }) => before.get(path) !== is).map(({ path, is }) => `${path}/${name} is ${is}`);
  };
}
