import { Random } from "./random.ts";

/** What is done to the clusters, and every how many seconds. */
const everySeconds = {
  edit: 5,
  "pod kill": 8,
  "controller kill": 15,
  "controller pause": 20,
  "etcd pause": 60,
  "topology pause": 60,
  "API server pause": 75,
} as const satisfies Record<string, number>;

export type ActionKind = keyof typeof everySeconds;
export const actionKinds = Object.keys(everySeconds) as ActionKind[];

export interface Action {
  /** Since the beginning. */
  readonly atSeconds: number;
  readonly kind: ActionKind;
  /** For what else is left to chance about it. */
  readonly seed: number;
}

/** Every kind at even distances on average, at a random moment of each. */
export function schedule(seed: number, minutes: number): readonly Action[] {
  const random = new Random(seed);
  const end = minutes * 60;
  return actionKinds
    .flatMap((kind) => {
      const of = new Random(random.fork());
      const every = everySeconds[kind];
      return Array.from(
        { length: Math.floor(end / every) },
        (_, index): Action => ({ atSeconds: (index + of.next()) * every, kind, seed: of.fork() }),
      );
    })
    .sort((a, b) => a.atSeconds - b.atSeconds);
}
