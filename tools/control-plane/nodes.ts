/** A node that kwok plays. */
export interface NodeSpec {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One node per zone that the spec's example and the cases of the tests name. */
export const defaultNodes: readonly NodeSpec[] = [
  { name: "node-1a", zone: "us-east-1a", region: "us-east-1" },
  { name: "node-1b", zone: "us-east-1b", region: "us-east-1" },
  { name: "node-1c", zone: "us-east-1c", region: "us-east-1" },
  { name: "node-z1", zone: "z1", region: "r1" },
  { name: "node-z2", zone: "z2", region: "r1" },
  { name: "node-z3", zone: "z3", region: "r1" },
];

/** The Node object, Ready from the start: without kubelets and without the node-lifecycle controller nobody else would say so. */
export function nodeObject(node: NodeSpec, index: number): object {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const room = { cpu: "1k", memory: "4Ti", "ephemeral-storage": "100Ti", pods: "10k" };
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": node.zone,
        "topology.kubernetes.io/region": node.region,
        ...node.labels,
      },
    },
    spec: { podCIDR: `10.${64 + index}.0.0/16`, podCIDRs: [`10.${64 + index}.0.0/16`] },
    status: {
      phase: "Running",
      capacity: room,
      allocatable: room,
      addresses: [
        { type: "InternalIP", address: `192.0.2.${index + 1}` },
        { type: "Hostname", address: node.name },
      ],
      conditions: [
        condition("Ready", "True", "KubeletReady"),
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID"),
      ],
    },
  };
}
