import type { BareClient, LiveObject } from "./bare-client.ts";
import { deferred } from "./deferred.ts";

export interface Observation {
  /** Resolves when what exists already has been looked at. */
  readonly synced: Promise<void>;
  /** Resolves with `performance.now()` of the event with which enough objects passed the test; rejects after the time. */
  reached(test: string): Promise<number>;
  stop(): void;
}

export interface ObservationOptions {
  /** Path of a collection, with a selector perhaps. */
  readonly path: string;
  /** How many objects must pass. */
  readonly wanted: number;
  /** By name; a test's name says in a timeout what was waited for. */
  readonly tests: Readonly<Record<string, (object: LiveObject) => boolean>>;
  readonly timeoutSeconds: number;
}

/** Waits by watch until enough objects of a collection pass tests, all at the same time. */
export function observe(client: BareClient, options: ObservationOptions): Observation {
  const tests = Object.entries(options.tests).map(([name, test]) => ({
    name,
    test,
    passing: new Set<string>(),
    reached: deferred<number>(),
  }));
  const watching = client.watch(options.path, ({ type, object }) => {
    for (const each of tests) {
      if (type !== "DELETED" && each.test(object)) each.passing.add(object.metadata.uid);
      else each.passing.delete(object.metadata.uid);
      if (each.passing.size >= options.wanted) each.reached.resolve(performance.now());
    }
  });
  watching.broken.catch((error: Error) => {
    for (const each of tests) each.reached.reject(error);
  });
  const timer = setTimeout(() => {
    for (const { name, passing, reached } of tests) {
      reached.reject(
        new Error(
          `after ${options.timeoutSeconds} s ${passing.size} of ${options.wanted} are ${name} (${options.path})`,
        ),
      );
    }
  }, options.timeoutSeconds * 1000);
  return {
    synced: watching.synced,
    reached: (name) => {
      const found = tests.find((each) => each.name === name);
      if (found === undefined) throw new RangeError(`nothing is waited for that is called ${name}`);
      return found.reached.promise;
    },
    stop: () => {
      clearTimeout(timer);
      watching.stop();
    },
  };
}
