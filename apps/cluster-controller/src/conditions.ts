import type { WriteFailure } from "@multigres/controller-kit";
import {
  type ConditionDraft,
  conditionTypes,
  joinMessages,
  messages,
  partOfWorkload,
  reasons,
  type Summary,
  summaryOfParts,
} from "@multigres/status-kit";
import type { ClusterHealth } from "./health.ts";
import type { Leftovers } from "./leftovers.ts";
import type { ResolvedCluster } from "./resolve.ts";
import type { PoolsProblem } from "./resolve-pools.ts";

export interface Findings {
  readonly cluster: ResolvedCluster;
  readonly health: ClusterHealth;
  readonly leftovers: Leftovers;
  readonly failures: readonly WriteFailure[];
}

export function clusterSummary({ cluster, health, leftovers }: Findings): Summary {
  const { multiadmin, multiorch } = health;
  const parts = [
    health.topology,
    ...health.cells,
    ...health.databases,
    partOfWorkload(multiadmin),
    ...(multiorch ? [partOfWorkload(multiorch)] : []),
  ];
  const summary = summaryOfParts(parts, {
    healthy: messages.clusterAvailable,
    converged: messages.clusterConverged,
    removing: leftovers.messages,
  });
  return cluster.databases.length === 0 ? { ...summary, available: withoutDatabases(summary.available) } : summary;
}

/** Conditions that no other kind has. */
export function clusterConditions({ cluster }: Findings): ConditionDraft[] {
  return [templateResolved(cluster)];
}

export function poolsProblems(cluster: ResolvedCluster): PoolsProblem[] {
  return cluster.databases.flatMap(({ pools }) => (pools.state === "held" ? [pools.problem] : []));
}

function withoutDatabases({ status, message }: Summary["available"]): Summary["available"] {
  return {
    status: "False",
    reason: reasons.noDatabases,
    message: joinMessages(["spec.databases is empty: add a database", status === "True" ? undefined : message]),
  };
}

function templateResolved(cluster: ResolvedCluster): ConditionDraft {
  const type = conditionTypes.templateResolved;
  const problems = poolsProblems(cluster);
  const [first] = problems;
  if (first) {
    return {
      type,
      status: "False",
      reason: first.reason,
      message: joinMessages(problems.map(({ message }) => message)),
    };
  }
  const used = (cluster.owner.spec.databases ?? []).some(({ spec }) => spec.shardTemplateRef !== undefined);
  return used
    ? {
        type,
        status: "True",
        reason: reasons.allTemplatesResolved,
        message: "Every ShardTemplate that a database refers to was found and resolved.",
      }
    : { type, status: "True", reason: reasons.noTemplates, message: "No database refers to a ShardTemplate." };
}
