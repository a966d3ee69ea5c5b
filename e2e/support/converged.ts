import { demo, std } from "../fixtures/demo.ts";
import type { TestCluster } from "./cluster.ts";
import { settled } from "./observing.ts";

/** A fresh namespace with the spec's example and its template, at rest. */
export async function converged(
  cluster: Pick<TestCluster, "api" | "apply" | "namespace">,
  purpose: string,
  change?: Parameters<typeof demo>[0],
): Promise<string> {
  const namespace = await cluster.namespace(purpose);
  await cluster.apply(std(undefined, namespace), demo(change, namespace));
  await settled(cluster, namespace);
  return namespace;
}
