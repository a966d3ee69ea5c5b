import type { TopoServer, TopoServerStatus } from "@multigres/api-types";
import type { WriteFailure } from "@multigres/controller-kit";
import {
  baseStatus,
  type ConditionDraft,
  joinMessages,
  messages,
  reasons,
  stallOf,
  type Summary,
  type VolumesReport,
  volumesReport,
  type WorkloadHealth,
} from "@multigres/status-kit";
import { dataVolumeName, names, type VolumeGrowth } from "@multigres/workload-kit";
import { quorumOf } from "./etcd.ts";
import { membersStall } from "./member-trouble.ts";

export interface TopoServerFacts {
  readonly topoServer: TopoServer;
  readonly members: WorkloadHealth;
  /** Set when members are broken. */
  readonly broken: readonly ConditionDraft[];
  readonly volumes: VolumeGrowth;
  readonly failures: readonly WriteFailure[];
}

export function topoServerStatus(facts: TopoServerFacts, now: Date): TopoServerStatus {
  const { topoServer, members, broken, volumes, failures } = facts;
  const { name } = topoServer.metadata;
  const data = { key: dataVolumeName, of: `StatefulSet ${name}`, field: "dataVolumeClaimTemplate", growth: volumes };
  const report = volumesReport([data], failures);
  const summary = summaryOf(facts, report);
  return {
    ...baseStatus(topoServer, { summary, failures: report.failures, others: broken }, now),
    replicas: members.desired,
    readyReplicas: members.ready,
    clientServiceName: names.topoServerClientService(name),
    peerServiceName: names.topoServerPeerService(name),
    ...report.status,
  };
}

function summaryOf({ members, broken }: TopoServerFacts, volumes: VolumesReport<WriteFailure>): Summary {
  const stalls = [membersStall(broken), volumes.stall];
  return {
    available: available(members),
    progressing: progressing(members, volumes.messages),
    stalled: stallOf(stalls.filter((stall) => stall !== undefined)),
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
