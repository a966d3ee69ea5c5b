import type { TaskContext, TaskKind } from "@multigres/controller-kit";
import { parseDialOverrides } from "@multigres/topology";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type HttpAnswer, type HttpRequest, httpAnswers } from "../testing/http-answers.ts";
import { backupJob, startBackup } from "./backup.ts";
import type { MultiadminSettings } from "./client.ts";
import { listPoolers } from "./list-poolers.ts";
import { poolerStatus } from "./pooler-status.ts";
import { compareRules, type Rule } from "./rule.ts";
import { switchPrimary } from "./switch-primary.ts";

const address = "http://demo-multiadmin.t1.svc:18000";
let server: Awaited<ReturnType<typeof httpAnswers>> | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(answer: (request: HttpRequest, count: number) => HttpAnswer | undefined): Promise<void> {
  server = await httpAnswers(answer);
}

/** Performs a task at the server that was started, under the name that a Shard's spec has for it. */
function perform<Input, Output>(
  kind: TaskKind<Input, Output, MultiadminSettings>,
  input: Input,
  signal = new AbortController().signal,
): Promise<Output> {
  const overrides = `*-multiadmin.*.svc=${server?.address ?? "127.0.0.1:1"}/{host}`;
  const context: TaskContext<MultiadminSettings> = {
    settings: { DIAL_OVERRIDES: parseDialOverrides(overrides) },
    signal,
    kubernetesCluster: "here",
    // The kit logs what fails.
    log: undefined as never,
  };
  return kind.perform(input, context);
}

/** As multiadmin answered, with names of three letters. */
const primaryRecord = {
  id: { component: "MULTIPOOLER", cell: "us-east-1a", name: "prod-a-1" },
  shardKey: { database: "production_db", tableGroup: "default", shard: "0-inf" },
  type: "PRIMARY",
  hostname: "prod-a-1.t1.svc",
  portMap: { grpc: 15270, http: 15200, postgres: 5432, pgbackrest: 8432 },
  lifecycleStatus: { status: "LIFECYCLE_ACTIVE", reason: "serving", updated: "2026-11-20T10:00:00Z" },
  routingState: { role: "ROUTING_ROLE_PRIMARY", rule: { coordinatorTerm: "12345678901234567", leaderSubterm: "1" } },
};

const json = (body: unknown): HttpAnswer => ({ body: JSON.stringify(body) });

describe("the list of poolers", () => {
  const input = { address };

  test("is asked for at the Service's name, which an override leads elsewhere", async () => {
    await serve(() => json({}));
    expect(await perform(listPoolers, input)).toEqual([]);
    expect(server?.requests).toMatchObject([
      { method: "GET", path: "/demo-multiadmin.t1.svc/api/v1/poolers", contentType: undefined },
    ]);
  });

  test("has what is decided by, and nothing that changes by itself", async () => {
    await serve(() => json({ poolers: [primaryRecord] }));
    expect(await perform(listPoolers, input)).toEqual([
      {
        cell: "us-east-1a",
        name: "prod-a-1",
        database: "production_db",
        tableGroup: "default",
        shard: "0-inf",
        isPrimary: true,
        rule: { coordinatorTerm: "12345678901234567", leaderSubterm: "1" },
        lifecycle: "ACTIVE",
        isServing: true,
      },
    ]);
  });

  test("is the same in whatever order the records come", async () => {
    const replica = { ...primaryRecord, id: { ...primaryRecord.id, name: "prod-a-0" } };
    const lists = [
      [primaryRecord, replica],
      [replica, primaryRecord],
    ];
    await serve((_, count) => json({ poolers: lists[count - 1] }));
    expect(await perform(listPoolers, input)).toEqual(await perform(listPoolers, input));
  });

  test.each<[string, object, object]>([
    [
      "a subterm that is left out is 0",
      { rule: { coordinatorTerm: "3" } },
      { rule: { coordinatorTerm: "3", leaderSubterm: "0" } },
    ],
    ["a rule of a replica is advisory", { role: "ROUTING_ROLE_REPLICA" }, { isPrimary: false }],
    ["an unknown role is none", { role: 17 }, { isPrimary: false }],
    ["a primary may tell no rule", { rule: null }, { isPrimary: true }],
  ])("%s", async (_, routingState, expected) => {
    await serve(() =>
      json({ poolers: [{ ...primaryRecord, routingState: { ...primaryRecord.routingState, ...routingState } }] }),
    );
    const [record] = await perform(listPoolers, input);
    expect(record).toMatchObject(expected);
    if (!record?.isPrimary) expect(record).not.toHaveProperty("rule");
  });

  test.each<[object, boolean]>([
    [{}, true],
    [{ servingStatus: "SERVING" }, true],
    [{ servingStatus: "DISABLED" }, false],
    [{ servingStatus: "DRAINING" }, false],
  ])("servingStatus %j: serving %s", async (change, isServing) => {
    await serve(() => json({ poolers: [{ ...primaryRecord, ...change }] }));
    expect(await perform(listPoolers, input)).toMatchObject([{ isServing }]);
  });

  test("reads also zero values that stand there", async () => {
    await serve(() =>
      json({ poolers: [{ id: { cell: "z1", name: "x" }, shardKey: null, lifecycleStatus: null, routingState: null }] }),
    );
    expect(await perform(listPoolers, input)).toMatchObject([{ name: "x", isPrimary: false, lifecycle: "" }]);
  });
});

describe("a pooler's status", () => {
  const input = { address, cell: "z1", name: "p-0", podsKey: "k" };
  const id = (name: string) => ({ component: "MULTIPOOLER", cell: "z1", name });

  test("has followers, who must acknowledge, and the cohort, in an order of its own", async () => {
    await serve(() =>
      json({
        status: {
          poolerType: "PRIMARY",
          postgresStatus: "POSTGRES_STATUS_PRIMARY",
          walPosition: "0/3000060",
          primaryStatus: {
            lsn: "0/3000060",
            ready: true,
            connectedFollowers: [id("p-2"), id("p-1")],
            syncReplicationConfig: { synchronousMethod: "SYNCHRONOUS_METHOD_ANY", numSync: 1, standbyIds: [id("p-1")] },
          },
        },
        consensusStatus: {
          currentPosition: {
            lsn: "0/3000060",
            position: {
              decision: {
                ruleNumber: { coordinatorTerm: "2" },
                leaderId: id("p-0"),
                cohortMembers: [id("p-1"), id("p-0")],
              },
            },
          },
        },
      }),
    );
    expect(await perform(poolerStatus, input)).toEqual({
      postgres: "PRIMARY",
      primary: {
        isReady: true,
        connectedFollowers: [
          { cell: "z1", name: "p-1" },
          { cell: "z1", name: "p-2" },
        ],
        sync: { needed: 1, standbys: [{ cell: "z1", name: "p-1" }] },
      },
      cohort: [
        { cell: "z1", name: "p-0" },
        { cell: "z1", name: "p-1" },
      ],
      rule: { coordinatorTerm: "2", leaderSubterm: "0" },
    });
    expect(server?.requests.map(({ path }) => path)).toEqual(["/demo-multiadmin.t1.svc/api/v1/poolers/z1/p-0/status"]);
  });

  test("of a standby is that of no primary", async () => {
    await serve(() => json({ status: { postgresStatus: "POSTGRES_STATUS_STANDBY", primaryStatus: null } }));
    expect(await perform(poolerStatus, input)).toEqual({ postgres: "STANDBY" });
  });
});

describe("a read that fails", () => {
  const input = { address };

  test.each<[string, (count: number) => HttpAnswer | undefined]>([
    ["a connection that is cut", (count) => (count === 1 ? undefined : json({}))],
    ["trouble of its own", (count) => (count === 1 ? { status: 503 } : json({}))],
  ])("by %s is tried once more at once", async (_, answer) => {
    await serve((__, count) => answer(count));
    expect(await perform(listPoolers, input)).toEqual([]);
    expect(server?.requests).toHaveLength(2);
  });

  test.each<[string, HttpAnswer | undefined, string, number]>([
    ["is cut off twice", undefined, "can't be reached: the connection is cut", 2],
    [
      "is its own trouble, of which it tells addresses and times",
      { status: 500, body: '{"code":13,"message":"dial tcp 10.0.0.7:2379: after 20.01s"}' },
      "answers HTTP 500 to GET /api/v1/poolers",
      2,
    ],
    [
      "is ours",
      { status: 404, body: '{"code":5,"message":"pooler not found","details":[]}' },
      "answers HTTP 404 to GET /api/v1/poolers: pooler not found",
      1,
    ],
    ["is a redirect elsewhere", { status: 302, body: "" }, "answers HTTP 302 to GET /api/v1/poolers", 1],
    ["is no JSON", { body: "<html>" }, "answers to GET /api/v1/poolers what isn't of its API", 1],
    ["is JSON of something else", { body: '{"poolers":7}' }, "answers to GET /api/v1/poolers what isn't of its API", 1],
  ])("because the answer %s says so, the same each time", async (_, answer, message, times) => {
    await serve(() => answer);
    await expect(perform(listPoolers, input)).rejects.toThrow(`multiadmin at ${address} ${message}`);
    await expect(perform(listPoolers, input)).rejects.toThrow(new RegExp(`${message.replace(/[/.]/g, "\\$&")}$`));
    expect(server?.requests).toHaveLength(2 * times);
  });

  test("because nothing listens there says so", async () => {
    await serve(() => undefined);
    await server?.close();
    await expect(perform(listPoolers, input)).rejects.toThrow(
      `multiadmin at ${address} can't be reached: the connection is refused`,
    );
  });

  test("has more time where a pooler has to start programs for it, and says what wasn't answered", async () => {
    server = await httpAnswers(() => new Promise(() => {}));
    const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException("late", "TimeoutError")), 20);
      return controller.signal;
    });
    const status = { address, podsKey: "", cell: "us-east-1a", name: "prod-a-1" };
    await expect(perform(poolerStatus, status)).rejects.toThrow(
      "no answer to GET /api/v1/poolers/us-east-1a/prod-a-1/status within 15 s",
    );
    await expect(perform(listPoolers, input)).rejects.toThrow("no answer to GET /api/v1/poolers within 4 s");
    expect(timeout.mock.calls).toEqual([[15_000], [4_000]]);
    timeout.mockRestore();
  });

  test("is given up when nobody wants it any more", async () => {
    server = await httpAnswers(() => new Promise(() => {}));
    const abort = new AbortController();
    const reading = perform(listPoolers, input, abort.signal);
    setTimeout(() => abort.abort(new Error("not wanted")), 50);
    await expect(reading).rejects.toThrow("not wanted");
  });
});

describe("a switch-over", () => {
  const primary = { cell: "us-east-1a", name: "prod-a-1", rule: primaryRecord.routingState.rule };
  const input = {
    address,
    database: "production_db",
    tableGroup: "default",
    shard: "0-inf",
    primary,
    reason: "its pod is to be replaced",
  };
  const answering = (poolers: readonly unknown[]) => (request: HttpRequest) =>
    request.method === "GET" ? json({ poolers }) : json({ oldLeaderId: primaryRecord.id });

  test("is asked for with a reason, as JSON", async () => {
    await serve(answering([primaryRecord]));
    expect(await perform(switchPrimary, input)).toEqual({ outcome: "switched" });
    expect(server?.requests[1]).toEqual({
      method: "POST",
      path: "/demo-multiadmin.t1.svc/api/v1/shards/production_db/default/0-inf/switch-primary",
      contentType: "application/json",
      body: '{"reason":"its pod is to be replaced"}',
    });
  });

  const another = { ...primaryRecord, id: { ...primaryRecord.id, name: "prod-a-2" } };
  const routing = (coordinatorTerm: string) => ({ ...primaryRecord.routingState, rule: { coordinatorTerm } });
  test.each<[string, readonly unknown[]]>([
    ["there is no primary", []],
    ["another one is the primary", [another]],
    ["another one has a greater rule", [primaryRecord, { ...another, routingState: routing("12345678901234568") }]],
    ["it has become the primary anew", [{ ...primaryRecord, routingState: routing("12345678901234568") }]],
    ["it is the primary of another database only", [{ ...primaryRecord, shardKey: { database: "x" } }]],
  ])("demotes nobody when %s", async (_, poolers) => {
    await serve(answering(poolers));
    expect(await perform(switchPrimary, input)).toEqual({ outcome: "moved" });
    expect(server?.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("that fails isn't sent twice, and says why", async () => {
    await serve((request) =>
      request.method === "GET" ? json({ poolers: [primaryRecord] }) : { status: 400, body: '{"message":"no standby"}' },
    );
    await expect(perform(switchPrimary, input)).rejects.toThrow(/answers HTTP 400 to POST .*: no standby$/);
    expect(server?.requests).toHaveLength(2);
  });
});

describe("a backup", () => {
  const shard = { address, database: "production_db", tableGroup: "default", shard: "0-inf" };
  const jobId = "20261120-100000.000001_us-east-1a_prod-a-1";

  test("is made by the primary", async () => {
    await serve(() => json({ jobId }));
    expect(await perform(startBackup, { ...shard, type: "full", occasion: "o" })).toEqual({ jobId });
    expect(server?.requests).toMatchObject([{ method: "POST", path: expect.stringMatching(/\/api\/v1\/backups$/) }]);
    expect(JSON.parse(server?.requests[0]?.body ?? "")).toEqual({
      database: "production_db",
      tableGroup: "default",
      shard: "0-inf",
      type: "full",
      forcePrimary: true,
    });
  });

  test.each<[HttpAnswer, object]>([
    [json({ jobId, status: "JOB_STATUS_PENDING" }), { state: "running" }],
    [json({ jobId, status: "JOB_STATUS_RUNNING" }), { state: "running" }],
    [json({ jobId, status: "JOB_STATUS_COMPLETED", backupId: "x" }), { state: "completed" }],
    [json({ jobId, status: "JOB_STATUS_FAILED", errorMessage: "full" }), { state: "failed", message: "full" }],
    [{ status: 404, body: '{"code":5}' }, { state: "lost" }],
  ])("whose job is %j is %j", async (answer, expected) => {
    await serve(() => answer);
    expect(await perform(backupJob, { ...shard, jobId })).toEqual(expected);
    expect(server?.requests.map(({ path }) => path)).toEqual([
      `/demo-multiadmin.t1.svc/api/v1/jobs/${jobId}?database=production_db&tableGroup=default&shard=0-inf`,
    ]);
  });
});

test.each<[Rule | undefined, Rule]>([
  [undefined, { coordinatorTerm: "0", leaderSubterm: "0" }],
  [
    { coordinatorTerm: "9", leaderSubterm: "9" },
    { coordinatorTerm: "10", leaderSubterm: "0" },
  ],
  [
    { coordinatorTerm: "10", leaderSubterm: "9" },
    { coordinatorTerm: "10", leaderSubterm: "10" },
  ],
  // More than a double can tell apart.
  [
    { coordinatorTerm: "9007199254740992", leaderSubterm: "0" },
    { coordinatorTerm: "9007199254740993", leaderSubterm: "0" },
  ],
])("rule %j comes before %j", (lesser, greater) => {
  expect(compareRules(lesser, greater)).toBe(-1);
  expect(compareRules(greater, lesser)).toBe(1);
  expect(compareRules(greater, { ...greater })).toBe(0);
});
