import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { repositoryOf } from "./repository.ts";
import { repositoryClaim } from "./resources/repository.ts";
import { aPool, aShard, now } from "./testing/builders.ts";

const shard = aShard();
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);

/** The claim as it is in the cluster, so long after it was made. */
function live(
  phase: string,
  seconds = 0,
  spec: Partial<V1PersistentVolumeClaim["spec"]> = {},
): V1PersistentVolumeClaim {
  const claim = repositoryClaim(shard);
  return {
    ...claim,
    metadata: { ...claim?.metadata, uid: "repository-uid", creationTimestamp: secondsAgo(seconds) },
    spec: { ...claim?.spec, ...spec },
    status: { phase, ...(phase === "Bound" && { capacity: { storage: "10Gi" } }) },
  };
}

const typesOf = (...claims: V1PersistentVolumeClaim[]) =>
  repositoryOf(shard, claims, now)?.conditions.map(({ type }) => type);

describe("the claim of the backup repository", () => {
  test("has nothing to say when it is bound, or not made yet", () => {
    expect(typesOf(live("Bound"))).toEqual([]);
    expect(typesOf()).toEqual([]);
  });

  test("is named while it isn't bound, with its class and the ways out", () => {
    const repository = repositoryOf(shard, [live("Pending", 10, { storageClassName: "gp3" })], now);
    expect(repository?.conditions).toMatchObject([
      { type: "RepositoryPending", status: "True", reason: "RepositoryPending" },
    ]);
    expect(repository?.pending).toMatch(
      /demo-prod-db-repository-\w+ of the backup repository isn't bound \(ReadWriteMany, StorageClass gp3\), .*storageClassName, or set backupRepository\.s3, or accept accessModes \[ReadWriteOnce\].*ask for at least 10Gi/,
    );
    expect(repository).toMatchObject({ stall: undefined, lookAgainAfterMs: 50_000 });
  });

  test("waits for a person when it stays so", () => {
    const repository = repositoryOf(shard, [live("Pending", 60)], now);
    expect(repository?.stall?.message).toContain("the default StorageClass");
    expect(repository?.lookAgainAfterMs).toBeUndefined();
  });

  test("that one node can mount is warned of when the shard spans cells, and only then", () => {
    const single = live("Bound", 0, { accessModes: ["ReadWriteOnce"] });
    expect(typesOf(single)).toEqual(["RepositoryOnOneNode"]);
    expect(repositoryOf(aShard({ pools: [aPool()] }), [single], now)?.conditions).toEqual([]);
  });

  test("grows", () => {
    const larger = aShard({
      backupRepository: { volumeClaimTemplate: { resources: { requests: { storage: "20Gi" } } } },
    });
    const writes = repositoryOf(larger, [live("Bound")], now)?.objects.map(({ write, object }) => [write, object]);
    expect(writes?.[1]).toEqual([
      "patch",
      expect.objectContaining({ spec: { resources: { requests: { storage: "20Gi" } } } }),
    ]);
  });

  test("goes with its cluster from the beginning under whenDeleted: Delete, and has no owner otherwise", () => {
    const owners = (whenDeleted?: "Delete") => {
      const [claim] =
        repositoryOf(aShard({ persistentVolumeClaimRetentionPolicy: { whenDeleted } }), [], now)?.objects ?? [];
      return claim?.object.metadata?.ownerReferences?.map(({ kind, uid }) => `${kind} ${uid}`);
    };
    expect(owners("Delete")).toEqual(["MultigresCluster cluster-uid"]);
    expect(owners()).toBeUndefined();
  });

  test("isn't there for S3", () => {
    expect(repositoryOf(aShard({ backupRepository: { s3: { bucket: "b" } } }), [], now)).toBeUndefined();
  });
});
