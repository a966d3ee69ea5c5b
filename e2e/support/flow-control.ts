import type { ControlPlane } from "@multigres/tools/control-plane";

const group = "/apis/flowcontrol.apiserver.k8s.io/v1";
const name = "no-room";

/**
 * Lets the API server's own flow control refuse what the controllers ask while it serves another request of theirs: 429
 * with Retry-After. Leases apart, as
 * they would be on a server that really is overloaded (`leader-election` has a level of its own).
 */
export async function leaveNoRoom(plane: Pick<ControlPlane, "request">): Promise<{ end(): Promise<void> }> {
  const level = {
    metadata: { name },
    spec: {
      type: "Limited",
      limited: {
        nominalConcurrencyShares: 0,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: "Reject" },
      },
    },
  };
  const schema = {
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name },
      matchingPrecedence: 2,
      rules: [
        {
          subjects: [{ kind: "ServiceAccount", serviceAccount: { name: "*", namespace: "multigres-system" } }],
          resourceRules: [
            {
              verbs: ["*"],
              apiGroups: ["", "apps", "policy", "events.k8s.io", "multigres.com"],
              resources: ["*"],
              namespaces: ["*"],
              clusterScope: true,
            },
          ],
        },
      ],
    },
  };
  await plane.request({ method: "POST", path: `${group}/prioritylevelconfigurations`, body: level });
  await plane.request({ method: "POST", path: `${group}/flowschemas`, body: schema });
  return {
    end: async () => {
      await plane.request({ method: "DELETE", path: `${group}/flowschemas/${name}` });
      await plane.request({ method: "DELETE", path: `${group}/prioritylevelconfigurations/${name}` });
    },
  };
}
