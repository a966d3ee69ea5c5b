import { TcpProxy } from "@multigres/controller-kit/testing";
import { expect } from "vitest";
import { small } from "../fixtures/small.ts";
import {
  type Controller,
  type ControllerName,
  type ControllerOptions,
  controllerNames,
  startController,
} from "./controllers.ts";
import { eventually } from "./eventually.ts";
import { createdTwice, hasBecome, inventory } from "./inventory.ts";
import { type OwnCluster, type OwnClusterOptions, startOwnCluster } from "./own-operator.ts";

/** A cluster to break things in: its five controllers find the API server through a proxy, the test goes past it. */
export interface FaultyCluster extends OwnCluster {
  readonly proxy: TcpProxy;
  readonly controllers: readonly Controller[];
  controller(name: ControllerName): Controller;
  /** Stops those controllers and starts them anew with these options. */
  replace(names: readonly ControllerName[], options?: ControllerOptions): Promise<void>;
  /** Starts the API server, and anew those of its clients whose own back-off would only make the tests long. */
  bringServerBack(): Promise<void>;
  allReady(): Promise<void>;
  /** Controllers that ended for another reason than a lost Lease; that one is their duty, also on a machine that is too slow to renew in time. */
  crashed(): string[];
  /** A small cluster that was made under a fault is what it would be without, each of its objects created once. */
  cameOutWhole(namespace: string): Promise<void>;
  /** Sum of a metric over all controllers. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** With a small cluster named `small` that was there before anything went wrong. */
  readonly before: string;
}

const environment = ["kube-controller-manager", "kube-scheduler", "kwok"] as const;

export async function startFaultyCluster(options: OwnClusterOptions = {}): Promise<FaultyCluster> {
  const own = await startOwnCluster({ ...options, only: [] });
  const proxy = await TcpProxy.start(own.plane.server);
  const running = new Map<ControllerName, Controller>();
  // Gives those that are started anew a log of their own.
  let replica = 0;
  const controllers = () => [...running.values()];
  const replace = async (names: readonly ControllerName[], changed: ControllerOptions = {}) => {
    await Promise.all(names.flatMap((name) => running.get(name)?.stop() ?? []));
    replica += 1;
    const started = await Promise.all(
      names.map((name) => startController(own, name, { server: proxy.url, replica, ...changed })),
    );
    for (const controller of started) running.set(controller.name, controller);
  };
  let whole: readonly string[] = [];
  let before = "";
  const cluster: FaultyCluster = {
    ...own,
    proxy,
    get before() {
      return before;
    },
    get controllers() {
      return controllers();
    },
    controller: (name) => {
      const found = running.get(name);
      if (!found) throw new Error(`${name} doesn't run`);
      return found;
    },
    replace,
    bringServerBack: async () => {
      await own.plane.component("kube-apiserver").start();
      await Promise.all(environment.map((name) => own.plane.component(name).restart()));
    },
    allReady: () =>
      eventually(async () => {
        const answers = await Promise.all(controllers().map((controller) => controller.readiness()));
        expect(answers).toEqual(controllers().map(() => "ok"));
      }),
    crashed: () =>
      controllers()
        .filter(({ restarts, log }) => restarts > log().filter(({ msg }) => msg === "lease lost").length)
        .map(({ name }) => name),
    cameOutWhole: async (namespace) => {
      await hasBecome(own, namespace, {});
      await eventually(async () => expect(await inventory(own, namespace)).toEqual(whole));
      expect(createdTwice(own, namespace)).toEqual([]);
      await cluster.allReady();
    },
    metric: async (name, labels) => {
      const values = await Promise.all(controllers().map((controller) => controller.metric(name, labels)));
      return values.reduce((sum, value) => sum + value, 0);
    },
    stop: async () => {
      await Promise.all(controllers().map((controller) => controller.stop()));
      await proxy.close();
      await own.stop();
    },
  };
  try {
    await replace(controllerNames);
    before = await own.namespace("before");
    await own.apply(small(before));
    await hasBecome(own, before, {});
    whole = await inventory(own, before);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}
