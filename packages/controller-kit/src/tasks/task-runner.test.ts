import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ManualClock, settle } from "../testing/manual-clock.ts";
import { type Task, type TaskContext, type TaskKind, task } from "./task.ts";
import { TaskRunner } from "./task-runner.ts";

interface Ping {
  readonly host: string;
}

function aRunner(perform: (input: Ping, context: TaskContext) => Promise<string>, concurrency?: number) {
  const clock = new ManualClock();
  const performed: string[] = [];
  const woken: string[] = [];
  const finished: string[] = [];
  let leading = true;
  const kind: TaskKind<Ping, string> = {
    name: "ping",
    perform(input, context) {
      performed.push(input.host);
      return perform(input, context);
    },
  };
  const runner = new TaskRunner({
    settings: null,
    kubernetesCluster: "k1",
    clock,
    random: () => 0.5,
    log: pino({ level: "silent" }),
    observer: { finished: (name, result) => finished.push(`${name} ${result}`) },
    wake: (key) => woken.push(key),
    assertLeading: () => {
      if (!leading) throw new Error("not leading");
    },
    ...(concurrency !== undefined && { concurrency }),
  });
  return {
    clock,
    runner,
    performed,
    woken,
    finished,
    ping: (host: string, everyMs?: number): Task => task(kind, { host }, everyMs),
    result: (host: string) => runner.of(kind, { host }),
    loseLease: () => {
      leading = false;
    },
  };
}

const pong = async () => "pong";

describe("a task", () => {
  it("is done once, tells its result, and wakes who asked", async () => {
    const { runner, ping, result, performed, woken, finished, clock } = aRunner(pong);
    runner.ask("t1/a", [ping("x")]);
    expect(result("x")).toBeUndefined();
    await settle();
    expect(result("x")).toEqual({ state: "done", output: "pong" });
    runner.ask("t1/a", [ping("x")]);
    await clock.advance(3_600_000);
    expect(performed).toEqual(["x"]);
    expect(woken).toEqual(["t1/a"]);
    expect(finished).toEqual(["ping done"]);
  });

  it("that several ask for is done once for all, as often as the most eager of them wants", async () => {
    const { runner, ping, performed, woken, clock } = aRunner(pong);
    runner.ask("t1/a", [ping("x", 30_000)]);
    runner.ask("t1/b", [ping("x", 10_000)]);
    await settle();
    expect(woken).toEqual(["t1/a", "t1/b"]);
    await clock.advance(30_000);
    expect(performed).toHaveLength(4);
    runner.ask("t1/b", []);
    await clock.advance(60_000);
    expect(performed).toHaveLength(6);
  });

  it("wakes nobody when it ends as before", async () => {
    const answers = ["pong", "pong", "other"];
    const { runner, ping, woken, clock } = aRunner(async () => answers.shift() ?? "");
    runner.ask("t1/a", [ping("x", 1000)]);
    await clock.advance(1000);
    expect(woken).toEqual(["t1/a"]);
    await clock.advance(1000);
    expect(woken).toEqual(["t1/a", "t1/a"]);
  });

  it("that fails shows why instead of its last result, and is tried ever less often until it goes well", async () => {
    let fails = false;
    const { runner, ping, result, performed, clock } = aRunner(async () => {
      if (fails) throw new Error("no route");
      return "pong";
    });
    runner.ask("t1/a", [ping("x", 60_000)]);
    await settle();
    fails = true;
    await clock.advance(60_000);
    const since = clock.date();
    expect(result("x")).toEqual({ state: "failed", message: "no route", since });
    performed.length = 0;
    await clock.advance(3_500);
    expect(performed).toHaveLength(3);
    expect(result("x")).toEqual({ state: "failed", message: "no route", since });
    fails = false;
    await clock.advance(4_000);
    expect(result("x")).toEqual({ state: "done", output: "pong" });
  });

  it("that never ends is cut off, and fails", async () => {
    const { runner, ping, result, clock } = aRunner(untilAborted);
    runner.ask("t1/a", [ping("x")]);
    await clock.advance(20_000);
    expect(result("x")).toEqual({ state: "failed", message: "no end after 20 s", since: clock.date() });
  });

  it("that nobody asks for any more is cut off, forgotten, and done anew when somebody asks again", async () => {
    const cut: unknown[] = [];
    const { runner, ping, result, performed, woken } = aRunner(async (input, context) => {
      if (performed.length > 1) return "pong";
      return untilAborted(input, context).catch((error: unknown) => {
        cut.push(error);
        throw error;
      });
    });
    runner.ask("t1/a", [ping("x")]);
    runner.ask("t1/a", []);
    await settle();
    expect(cut).toHaveLength(1);
    expect(result("x")).toBeUndefined();
    expect(woken).toEqual([]);
    runner.ask("t1/a", [ping("x")]);
    await settle();
    expect(result("x")).toEqual({ state: "done", output: "pong" });
  });

  it("waits for its turn when many are under way, and holds back no other by hanging", async () => {
    const { runner, ping, result, performed, clock } = aRunner(
      async (input, context) => (input.host === "dead" ? untilAborted(input, context) : "pong"),
      2,
    );
    runner.ask(
      "t1/a",
      ["dead", "b", "c", "d"].map((host) => ping(host)),
    );
    await clock.advance(0);
    expect(performed).toEqual(["dead", "b", "c", "d"]);
    expect(result("d")).toEqual({ state: "done", output: "pong" });
  });

  it("isn't done by a process that doesn't lead any more", async () => {
    const { runner, ping, performed, clock, loseLease } = aRunner(pong);
    runner.ask("t1/a", [ping("x", 1000)]);
    await settle();
    loseLease();
    await clock.advance(60_000);
    expect(performed).toEqual(["x"]);
  });

  it("isn't done once the runner has stopped", async () => {
    const { runner, ping, performed, clock } = aRunner(pong);
    runner.ask("t1/a", [ping("x", 1000)]);
    await settle();
    runner.stop();
    runner.ask("t1/b", [ping("y")]);
    await clock.advance(60_000);
    expect(performed).toEqual(["x"]);
    expect(clock.pendingTimers).toBe(0);
  });
});

function untilAborted(_input: Ping, { signal }: TaskContext): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}
