import type { TopoServer, TopoServerStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  baseStatus,
  joinMessages,
  keptVolumesMessage,
  keptVolumesStall,
  messages,
  reasons,
  type Summary,
  type WorkloadHealth,
} from "@multigres/status-kit";
import { type KeptVolumeClaim, names } from "@multigres/workload-kit";
import { dataVolumeName, quorumOf } from "./etcd.ts";

export interface TopoServerFacts {
  readonly topoServer: TopoServer;
  readonly members: WorkloadHealth;
  /** The members' volumes. */
  readonly claim: KeptVolumeClaim;
  readonly failures: readonly WriteFailure[];
}

export function topoServerStatus(facts: TopoServerFacts, now: Date): TopoServerStatus {
  const { topoServer, members, claim, failures } = facts;
  const { name } = topoServer.metadata;
  return {
    ...baseStatus(topoServer, { summary: summaryOf(facts), failures }, now),
    replicas: members.desired,
    readyReplicas: members.ready,
    clientServiceName: names.topoServerClientService(name),
    peerServiceName: names.topoServerPeerService(name),
    ...(claim.storage === undefined ? {} : { storageGrowthFailures: { [dataVolumeName]: claim.storage } }),
  };
}

function summaryOf({ topoServer, members, claim: { notApplied } }: TopoServerFacts): Summary {
  const kept = notApplied === undefined ? [] : [{ statefulSet: topoServer.metadata.name, notApplied }];
  return {
    available: available(members),
    progressing: progressing(members, kept.map(keptVolumesMessage)),
    stalled: keptVolumesStall(kept),
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
    reason: members.troubles[0]?.reason ?? reasons.belowQuorum,
    message: joinMessages([`${count}, ${quorumOf(desired)} are needed`, ...members.messages]),
  };
}

function progressing(members: WorkloadHealth, volumes: readonly string[]): Summary["progressing"] {
  const message = joinMessages([...members.messages, ...volumes]);
  if (members.progressing) return { status: "True", reason: members.reason, message };
  if (volumes.length > 0) return { status: "True", reason: reasons.storageNotApplied, message };
  return { status: "False", reason: reasons.converged, message: messages.converged };
}
