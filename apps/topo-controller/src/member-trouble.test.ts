import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { membersBroken, withoutLogs } from "./member-trouble.ts";

const backOff: V1ContainerState = { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } };
const ready: V1Pod = { metadata: { name: "topo-9" }, status: { conditions: [{ type: "Ready", status: "True" }] } };

/** A member whose etcd ended with this as the end of its log. */
function aMember(log: string | undefined, state: V1ContainerState = backOff): V1Pod {
  const lastState = { terminated: { exitCode: 1, reason: "Error", ...(log && { message: log }) } };
  const etcd = { name: "etcd", image: "", imageID: "", ready: false, restartCount: 4, state, lastState };
  return { metadata: { name: "topo-1" }, status: { containerStatuses: [etcd] } };
}

const lost = `{"level":"fatal","msg":"discovery failed","error":"member 5ba9e7 has already been bootstrapped"}`;
const other = `{"level":"fatal","error":"error validating peerURLs {ClusterID:a}: member count is unequal"}`;

describe("an etcd member that ends again and again", () => {
  test.each<[string, V1Pod[], string | undefined]>([
    [
      "because it is empty and the others know it has lost its volume",
      [aMember(lost), ready, ready],
      "MemberLostVolume",
    ],
    ["because its volume is of another size of etcd is told as such", [aMember(other)], "OtherMembership"],
    [
      "is told as soon as it has ended once, where etcd says why",
      [aMember(lost, { running: {} }), ready, ready],
      "MemberLostVolume",
    ],
    [
      "without words has most likely lost its volume while the others serve",
      [aMember(undefined), ready, ready],
      "MemberLostVolume",
    ],
    ["without words says nothing certain while the others don't serve", [aMember(undefined), ready], "MemberCrashing"],
    ["for another reason says nothing certain", [aMember("out of disk"), ready, ready], "MemberCrashing"],
    [
      "isn't one that restarted once for whatever reason",
      [aMember("out of disk", { running: {} }), ready, ready],
      undefined,
    ],
    ["isn't one that is ready", [ready], undefined],
  ])("%s", (_, pods, reason) => {
    expect(membersBroken(pods, 3)[0]?.reason).toBe(reason);
  });

  test("is named, with the runbook", () => {
    expect(membersBroken([aMember(lost), ready, ready], 3)).toEqual([
      {
        type: "EtcdMembersBroken",
        status: "True",
        reason: "MemberLostVolume",
        message:
          "Pod topo-1 has most likely lost its volume: etcd lets no empty member back in by itself: see docs/runbooks/etcd-members.md",
      },
    ]);
  });

  test("is told without its log, which is another one each time", () => {
    expect(JSON.stringify(withoutLogs([aMember(lost)]))).not.toContain("bootstrapped");
    expect(withoutLogs([aMember(lost)])[0]?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(1);
  });
});
