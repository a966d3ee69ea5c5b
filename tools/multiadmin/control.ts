import type { Script } from "./script.ts";
import type { LeaderChange, SeenRequest } from "./server.ts";

/** Says what the multiadmin of a cluster does, also from another process than the one that it runs in. */
export interface MultiadminControl {
  /** Replaces what was told before; `{}`: all is well. */
  script(cluster: ClusterName, script: Script): Promise<void>;
  /** Everything that the cluster's multiadmin was asked. */
  requests(cluster: ClusterName): Promise<readonly SeenRequest[]>;
  /** Every change of a primary of any cluster, in order, without the first `from`. */
  leaders(from?: number): Promise<readonly LeaderChange[]>;
}

export interface ClusterName {
  readonly namespace: string;
  readonly name: string;
}

export function multiadminControl(url: string): MultiadminControl {
  const hostOf = ({ namespace, name }: ClusterName) => `${name}-multiadmin.${namespace}.svc`;
  return {
    script: async (cluster, script) => {
      const answer = await fetch(`${url}/script/${hostOf(cluster)}`, { method: "POST", body: JSON.stringify(script) });
      if (!answer.ok) throw new Error(`the stand-in for multiadmin answers ${answer.status}`);
    },
    requests: async (cluster) => {
      const answer = await fetch(`${url}/requests/${hostOf(cluster)}`);
      return (await answer.json()) as SeenRequest[];
    },
    leaders: async (from = 0) => {
      const answer = await fetch(`${url}/leaders?from=${from}`);
      return (await answer.json()) as LeaderChange[];
    },
  };
}
