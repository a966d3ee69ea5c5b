import { type DesiredObject, kinds, type WriteFailure } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aCluster, aPool } from "../testing/builders.ts";
import { planFor } from "../testing/reconciling.ts";

const databases = [{ name: "tiny_db", spec: { pools: [aPool()] } }];

function secretsOf(cluster: ReturnType<typeof aCluster>): DesiredObject[] {
  return planFor(cluster).objects.filter(({ kind }) => kind === kinds.Secret);
}

test("a password of 32 random bytes is generated when it is sent, and stands in no plan", () => {
  const [secret, ...others] = secretsOf(aCluster({ spec: { databases } }));
  expect(others).toEqual([]);
  expect(secret).toMatchObject({ write: "create", object: { metadata: { name: "demo-postgres", namespace: "t1" } } });
  expect(secret?.object).not.toHaveProperty("data");
  expect(secret?.object.metadata).not.toHaveProperty("ownerReferences");
  const sizes: number[] = [];
  const sent = secret?.complete?.((size) => {
    sizes.push(size);
    return new Uint8Array(size).fill(255);
  }) as { data: Record<string, string> };
  expect(sizes).toEqual([32]);
  expect(Object.keys(sent.data)).toEqual(["password"]);
  const password = Buffer.from(sent.data["password"] ?? "", "base64").toString();
  expect(password).toBe(`${"_".repeat(42)}8`);
});

test("it is asked for before anything that needs it", () => {
  expect(planFor(aCluster({ spec: { databases } })).objects[0]?.kind).toBe(kinds.Secret);
});

test("once made it is never asked for again, also by the next process", () => {
  const cluster = aCluster({ spec: { databases } });
  const status = planFor(cluster).status([]);
  expect(status.postgresPasswordSecretName).toBe("demo-postgres");
  const later = aCluster({ spec: { databases }, status });
  expect(secretsOf(later)).toEqual([]);
  expect(planFor(later).status([]).postgresPasswordSecretName).toBe("demo-postgres");
});

test("what couldn't be made isn't called made", () => {
  const failure: WriteFailure = {
    ref: { kind: "Secret", namespace: "t1", name: "demo-postgres" },
    reason: "QuotaExceeded",
    message: "Secret demo-postgres: no room",
  };
  expect(planFor(aCluster({ spec: { databases } })).status([failure])).not.toHaveProperty("postgresPasswordSecretName");
});

test("it isn't called made while a pause holds it back", () => {
  const cluster = aCluster({ spec: { databases }, annotations: { "multigres.com/paused": "true" } });
  expect(planFor(cluster).status([])).not.toHaveProperty("postgresPasswordSecretName");
});

test("a cluster that brings its own password gets none, and one that goes back to ours asks for it again", () => {
  const postgresPasswordSecretRef = { name: "mine", key: "pw" };
  const status = planFor(aCluster({ spec: { databases } })).status([]);
  const own = aCluster({ spec: { databases, postgresPasswordSecretRef }, status });
  expect(secretsOf(own)).toEqual([]);
  const after = planFor(own).status([]);
  expect(after).not.toHaveProperty("postgresPasswordSecretName");
  expect(secretsOf(aCluster({ spec: { databases }, status: after }))).toHaveLength(1);
});
