import type { TopoServer, TopoServerStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  joinMessages,
  messages,
  nameConflicts,
  reasons,
  type Summary,
  setConditions,
  summarize,
  type WorkloadHealth,
  withFailures,
} from "@multigres/status-kit";
import { names } from "@multigres/workload-kit";
import { dataVolumeName, quorumOf } from "./etcd.ts";

/** Sizes of the members' volumes, as they are written; equal when something else differs. */
interface StorageDifference {
  readonly has: string;
  readonly wants: string;
}

export interface TopoServerFacts {
  readonly topoServer: TopoServer;
  readonly members: WorkloadHealth;
  /** Set while the volumes' template isn't the one that the spec wants. */
  readonly storage: StorageDifference | undefined;
  readonly failures: readonly WriteFailure[];
}

export function topoServerStatus(
  { topoServer, members, storage, failures }: TopoServerFacts,
  now: Date,
): TopoServerStatus {
  const { name, generation = 0 } = topoServer.metadata;
  const summary: Summary = {
    available: available(members),
    progressing: progressing(name, members, storage),
  };
  return {
    observedGeneration: generation,
    replicas: members.desired,
    readyReplicas: members.ready,
    clientServiceName: names.topoServerClientService(name),
    peerServiceName: names.topoServerPeerService(name),
    ...(storage && storage.has !== storage.wants ? { storageGrowthFailures: { [dataVolumeName]: storage.has } } : {}),
    conditions: setConditions(
      topoServer.status?.conditions,
      [...summarize(withFailures(summary, failures)), ...nameConflicts(failures)],
      { generation, now },
    ),
  };
}

/** For a TopoServer that can't be read: what runs stays as it is, and nothing is known of it. */
export function malformedStatus(topoServer: TopoServer, message: string, now: Date): TopoServerStatus {
  const generation = topoServer.metadata.generation ?? 0;
  const stalled = { reason: reasons.invalidObject, message };
  const summary: Summary = {
    available: { status: "Unknown", ...stalled },
    progressing: { status: "True", ...stalled },
    stalled,
  };
  return {
    observedGeneration: generation,
    conditions: setConditions(topoServer.status?.conditions, summarize(summary), { generation, now }),
  };
}

function available(members: WorkloadHealth): Summary["available"] {
  const { desired, ready } = members;
  const count = `${ready} of ${desired} etcd members are ready`;
  if (members.available === "True") {
    return { status: "True", reason: reasons.quorumReached, message: ready === desired ? messages.etcdHealthy : count };
  }
  if (members.reason === reasons.notCreatedYet || members.available === "Unknown") {
    return { status: members.available, reason: members.reason, message: joinMessages(members.messages) };
  }
  return {
    status: "False",
    reason: members.trouble?.reason ?? reasons.belowQuorum,
    message: joinMessages([`${count}, ${quorumOf(desired)} are needed`, ...members.messages]),
  };
}

function progressing(
  name: string,
  members: WorkloadHealth,
  storage: StorageDifference | undefined,
): Summary["progressing"] {
  const message = joinMessages([...members.messages, storage && storageMessage(name, storage)]);
  if (members.progressing) return { status: "True", reason: members.reason, message };
  if (storage) return { status: "True", reason: reasons.storageNotApplied, message };
  return { status: "False", reason: reasons.converged, message: messages.converged };
}

function storageMessage(name: string, { has, wants }: StorageDifference): string {
  return has === wants
    ? `StatefulSet ${name} keeps the claim template that it was made with, the spec asks for another`
    : `StatefulSet ${name} keeps volumes of ${has}, the spec asks for ${wants}`;
}
