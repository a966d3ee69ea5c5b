import type { WriteFailure } from "@multigres/controller-kit";
import {
  allOf,
  type ConditionDraft,
  conditionTypes,
  joinMessages,
  messages,
  nameConflicts,
  reasons,
  type Summary,
  summarize,
  withFailures,
} from "@multigres/status-kit";
import type { ClusterHealth, PartHealth } from "./health.ts";
import type { Leftovers } from "./leftovers.ts";
import { isPaused, pausedCondition, unappliedWhilePaused } from "./paused.ts";
import type { ResolvedCluster } from "./resolve.ts";
import type { PoolsProblem } from "./resolve-pools.ts";

export interface Findings {
  readonly cluster: ResolvedCluster;
  readonly health: ClusterHealth;
  readonly leftovers: Leftovers;
  readonly failures: readonly WriteFailure[];
}

export function clusterConditions({ cluster, health, leftovers, failures }: Findings): ConditionDraft[] {
  const parts = [
    health.topology,
    ...health.cells,
    ...health.databases,
    health.multiadmin,
    ...(health.multiorch ? [health.multiorch] : []),
  ];
  const problems = poolsProblems(cluster);
  const unapplied = unappliedWhilePaused(cluster.owner);
  const summary: Summary = {
    available: available(parts, cluster.databases.length === 0),
    progressing: unapplied
      ? { status: "True", reason: reasons.pausedByAnnotation, message: unapplied }
      : progressing(parts, problems, leftovers),
    stalled: stalled(parts, problems),
  };
  return [
    ...summarize(withFailures(summary, failures)),
    templateResolved(cluster, problems),
    ...nameConflicts(failures),
    ...(isPaused(cluster.owner) ? [pausedCondition] : []),
  ];
}

export function poolsProblems(cluster: ResolvedCluster): PoolsProblem[] {
  return cluster.databases.flatMap(({ pools }) => (pools.state === "held" ? [pools.problem] : []));
}

function available(parts: readonly PartHealth[], noDatabases: boolean): Summary["available"] {
  const status = allOf(parts.map((part) => part.available));
  const culprits = parts.filter((part) => part.available !== "True").map((part) => part.message);
  if (noDatabases) {
    const message = joinMessages(["spec.databases is empty: add a database", ...culprits]);
    return { status: "False", reason: reasons.noDatabases, message };
  }
  if (status === "True") return { status, reason: reasons.allAvailable, message: messages.clusterAvailable };
  const reason = parts.find((part) => part.available !== "True")?.reasons.available ?? reasons.componentsUnavailable;
  return { status, reason, message: joinMessages(culprits) };
}

function progressing(
  parts: readonly PartHealth[],
  problems: readonly PoolsProblem[],
  leftovers: Leftovers,
): Summary["progressing"] {
  const moving = parts.filter((part) => part.progressing);
  if (moving.length === 0 && leftovers.messages.length === 0) {
    return { status: "False", reason: reasons.converged, message: messages.clusterConverged };
  }
  const reason = problems[0]?.reason ?? moving[0]?.reasons.progressing ?? reasons.removing;
  const message = joinMessages([...moving.map((part) => part.message), ...leftovers.messages]);
  return { status: "True", reason, message };
}

function stalled(parts: readonly PartHealth[], problems: readonly PoolsProblem[]): Summary["stalled"] {
  const causes = [...problems, ...parts.flatMap((part) => part.stalled ?? [])];
  const [first] = causes;
  return first && { reason: first.reason, message: joinMessages(causes.map((cause) => cause.message)) };
}

function templateResolved(cluster: ResolvedCluster, problems: readonly PoolsProblem[]): ConditionDraft {
  const type = conditionTypes.templateResolved;
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
