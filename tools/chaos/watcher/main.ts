// Program of the watcher: a process of its own, so that nothing that the run does to itself can blind it.
import { createWriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AuditLines } from "../../control-plane/index.ts";
import { multiadminControl } from "../../multiadmin/index.ts";
import { type Fact, isOperator } from "../judge/facts.ts";
import { Judge } from "../judge/judge.ts";
import { auditFact } from "./audit-fact.ts";
import type { Order, Report } from "./protocol.ts";
import { seenObject } from "./seen-object.ts";
import { follow, watchedResources } from "./watch.ts";

type Instructions = Extract<Order, { order: "watch" }>;

const everyMs = 500;

function tell(report: Report): void {
  process.send?.(report);
}

async function watch({ access, auditLog, multiadmin, record }: Instructions): Promise<void> {
  const file = createWriteStream(record);
  const lines = new AuditLines(auditLog);
  const stand = multiadminControl(multiadmin);
  const volumes: Record<string, string> = {};
  const refusals: Record<string, number> = {};
  let facts = 0;
  let leaders = 0;
  const finishing = new AbortController();
  const judge = new Judge((violation) => tell({ report: "violation", violation }));

  function learn(fact: Fact): void {
    facts += 1;
    judge.learn(fact);
    file.write(`${JSON.stringify(fact)}\n`);
    if (fact.fact === "object" && fact.object.kind === "PersistentVolumeClaim") {
      const { namespace, name, uid } = fact.object;
      volumes[`${namespace}/${name} ${uid}`] = uid;
    }
    if (fact.fact === "request" && isOperator(fact.request) && fact.request.code >= 400) {
      const { code } = fact.request;
      refusals[code] = (refusals[code] ?? 0) + 1;
    }
  }

  async function look(): Promise<void> {
    for (const line of lines.next()) {
      const fact = auditFact(line);
      if (fact) learn(fact);
    }
    for (const change of await stand.leaders(leaders)) {
      leaders += 1;
      learn({ fact: "leader", ...change });
    }
  }

  process.on("message", (order: Order) => {
    if (order.order === "note") {
      learn({ fact: "disturbance", at: order.disturbance.from, id: order.id, disturbance: order.disturbance });
    }
    if (order.order === "finish") finishing.abort();
  });
  const synced = watchedResources.map((resource) =>
    follow(access, resource, (change, object) => {
      learn({ fact: "object", at: Date.now(), change, object: seenObject(resource.kind, object) });
    }),
  );
  await Promise.all(synced);
  tell({ report: "watching" });
  for (let rounds = 0; !finishing.signal.aborted; rounds++) {
    await sleep(everyMs);
    await look();
    judge.judge(Date.now());
    if (rounds % 10 === 0) tell({ report: "progress", tallies: judge.tallies, facts });
  }
  await look();
  judge.judge();
  await new Promise((resolve) => file.end(resolve));
  const verdict: Report = { report: "verdict", tallies: judge.tallies, volumes, refusals, facts };
  process.send?.(verdict, () => process.exit(0));
}

process.once("disconnect", () => process.exit(1));
process.once("message", (order: Order) => {
  if (order.order !== "watch") throw new Error(`the first order is ${order.order}`);
  void watch(order);
});
