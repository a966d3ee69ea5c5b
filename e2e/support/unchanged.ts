import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { demo, std } from "../fixtures/demo.ts";
import { example } from "../fixtures/example.ts";
import type { TestCluster } from "./cluster.ts";
import { settled } from "./observing.ts";

/** The namespace of a `demo` at rest that all files share, for tests that only read it: nobody writes there. */
export function unchangedDemo(cluster: TestCluster): Promise<string> {
  const namespace = "unchanged-demo";
  return unchanged(cluster, { namespace, name: "demo" }, [std(undefined, namespace), demo(undefined, namespace)]);
}

/** As `unchangedDemo`, of the spec's whole example. */
export function unchangedExample(cluster: TestCluster): Promise<string> {
  const namespace = "unchanged-example";
  return unchanged(cluster, { namespace, name: "example-multigres-cluster" }, example(namespace));
}

async function unchanged(
  cluster: TestCluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  objects: readonly KubernetesObject[],
): Promise<string> {
  const { items } = await cluster.api.list(kinds.MultigresCluster, { namespace });
  // Whoever needs it first makes it; of two at once the second one's apply changes nothing.
  if (items.length === 0) await cluster.apply(restricted(namespace), ...objects);
  await settled(cluster, namespace, name);
  return namespace;
}

/** What case 50 asks for, and every other test can live with. */
function restricted(name: string): KubernetesObject {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}
