import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import { createdOnce, type DesiredObject, type EventDraft, kinds, resized } from "@multigres/controller-kit";
import {
  type ConditionDraft,
  conditionTypes,
  type GrowingVolumes,
  reasons,
  type Stall,
  timeLeft,
} from "@multigres/status-kit";
import { volumeGrowth } from "@multigres/workload-kit";
import { repositoryClaim } from "./resources/repository.ts";

/** The volume that the shard's backups are on, and all pods share. */
export interface Repository {
  readonly objects: readonly DesiredObject[];
  readonly volumes: GrowingVolumes;
  readonly conditions: readonly ConditionDraft[];
  /** Why the pods can't start; undefined when they can. */
  readonly pending: string | undefined;
  /** Set when waiting won't help. */
  readonly stall: Stall | undefined;
  readonly lookAgainAfterMs: number | undefined;
}

/** A provisioner may take so long; some bind only when a pod is scheduled. */
const bindingTimeMs = 60_000;

/** Undefined: backups go elsewhere. */
export function repositoryOf(
  shard: Shard,
  claims: readonly V1PersistentVolumeClaim[],
  now: Date,
): Repository | undefined {
  const wanted = repositoryClaim(shard);
  if (wanted === undefined) return undefined;
  const name = wanted.metadata?.name ?? "";
  const live = claims.find(({ metadata }) => metadata?.name === name);
  const growth = volumeGrowth(wanted, undefined, live ? [live] : []);
  const { target = "", resize } = growth;
  const isPending = live !== undefined && live.status?.phase !== "Bound";
  const created = live?.metadata?.creationTimestamp;
  const left = isPending && created ? timeLeft(created, bindingTimeMs, now) : 0;
  const isLate = isPending && left <= 0;
  const pending = isPending ? pendingMessage(live) : undefined;
  return {
    objects: [createdOnce(kinds.PersistentVolumeClaim, wanted), ...resize.map((claim) => resized(claim, target))],
    volumes: {
      key: "backupRepository",
      of: `PersistentVolumeClaim ${name}`,
      field: "backupRepository.volumeClaimTemplate",
      growth,
    },
    conditions: [
      ...(pending === undefined
        ? []
        : [
            {
              type: conditionTypes.repositoryPending,
              status: "True",
              reason: reasons.repositoryPending,
              message: pending,
            } as const,
          ]),
      ...onOneNode(shard, live ?? wanted),
    ],
    pending,
    stall: isLate && pending !== undefined ? { reason: reasons.repositoryPending, message: pending } : undefined,
    lookAgainAfterMs: isPending && left > 0 ? left : undefined,
  };
}

export function repositoryEvents(repository: Repository | undefined): EventDraft[] {
  if (repository?.stall === undefined) return [];
  const { reason, message } = repository.stall;
  return [{ type: "Warning", reason, action: "Observe", note: message }];
}

function pendingMessage({ metadata, spec }: V1PersistentVolumeClaim): string {
  const storageClass = spec?.storageClassName ? `StorageClass ${spec.storageClassName}` : "the default StorageClass";
  const modes = spec?.accessModes?.join(", ") ?? "";
  const waysOut = [
    "name a class that has ReadWriteMany in backupRepository.volumeClaimTemplate.storageClassName",
    "or set backupRepository.s3",
    "or accept accessModes [ReadWriteOnce], where all pods run on one node",
  ].join(", ");
  // What is left unset has had a default size, below which admission refuses another one.
  const size = spec?.resources?.requests?.["storage"] ?? "";
  return `PersistentVolumeClaim ${metadata?.name} of the backup repository isn't bound (${modes}, ${storageClass}), and no pod starts without it: ${waysOut}; ask for at least ${size}, as sizes can't shrink; then delete this claim, it is made again`;
}

/** Accepted, because a single node may be all there is. */
function onOneNode({ spec }: Shard, claim: V1PersistentVolumeClaim): ConditionDraft[] {
  const cells = [...new Set(spec.pools.map(({ cell }) => cell))];
  if (cells.length < 2 || claim.spec?.accessModes?.includes("ReadWriteMany")) return [];
  return [
    {
      type: conditionTypes.repositoryOnOneNode,
      status: "True",
      reason: reasons.readWriteOnceAcrossCells,
      message: `The backup repository's volume ${claim.metadata?.name} can be mounted by one node, but the shard has pods in cells ${cells.join(", ")}: pods on other nodes won't start; use a class with ReadWriteMany, or backupRepository.s3`,
    },
  ];
}
