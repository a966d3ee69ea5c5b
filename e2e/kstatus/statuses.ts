import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { ensureKstatus } from "@multigres/tools/kstatus";
import type { TestCluster } from "../support/cluster.ts";
import { writesFromRest } from "../support/writes.ts";

export type Status = "InProgress" | "Failed" | "Current" | "Terminating" | "Unknown";

interface Said {
  readonly kind: string;
  readonly name: string;
  readonly resourceVersion: string;
  readonly status: Status;
  readonly message: string;
}

/** What kstatus, and so every tool that waits for objects with it, says of the objects of our kinds in a namespace. */
export interface Statuses {
  /** Of `<Kind> <name>`: one after the other without repetitions, for example InProgress, Current; since the last `mark`. */
  history(): Promise<Readonly<Record<string, readonly Status[]>>>;
  /** `<Kind> <name>` -> what is said of its last version. */
  latest(): Promise<Readonly<Record<string, Pick<Said, "status" | "message">>>>;
  /** Waits for rest; from there on the history begins with what is said next. */
  mark(): Promise<void>;
  stop(): void;
}

export const watchedKinds: readonly ResourceKind[] = [
  kinds.MultigresCluster,
  kinds.ShardTemplate,
  kinds.TopoServer,
  kinds.Cell,
  kinds.TableGroup,
  kinds.Shard,
];

/** Reads watches rather than states, so that no version of an object is missed. */
export async function recordStatuses(cluster: TestCluster, namespace: string): Promise<Statuses> {
  const kstatus = await ensureKstatus();
  const histories = await Promise.all(watchedKinds.map((kind) => cluster.history(kind, namespace)));
  const marks = histories.map(() => 0);
  const perObject = async (from: readonly number[]) => {
    const versions = histories.flatMap((history, index) => history.versions.slice(from[index]));
    const said = new Map<string, Said[]>();
    for (const each of await ask(kstatus, versions)) {
      const object = `${each.kind} ${each.name}`;
      said.set(object, [...(said.get(object) ?? []), each]);
    }
    return said;
  };
  return {
    history: async () => {
      const distinct = ([object, said]: [string, Said[]]): [string, Status[]] => [
        object,
        said.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1]),
      ];
      return Object.fromEntries([...(await perObject(marks))].map(distinct));
    },
    latest: async () => {
      const all = await perObject(histories.map(() => 0));
      return Object.fromEntries(
        [...all].map(([object, said]) => {
          const { status, message } = said.at(-1) as Said;
          return [object, { status, message }];
        }),
      );
    },
    mark: async () => {
      await writesFromRest(cluster, namespace);
      histories.forEach(({ versions }, index) => {
        marks[index] = versions.length;
      });
    },
    stop: () => {
      for (const history of histories) history.stop();
    },
  };
}

/** What kstatus says of each object as it stands, by `<Kind> <name>`. */
export async function statusOf(objects: readonly KubernetesObject[]): Promise<Readonly<Record<string, Status>>> {
  const said = await ask(await ensureKstatus(), objects);
  return Object.fromEntries(said.map(({ kind, name, status }) => [`${kind} ${name}`, status]));
}

/** What is said of each version, in their order. */
async function ask(kstatus: string, versions: readonly KubernetesObject[]): Promise<readonly Said[]> {
  const program = spawn(kstatus, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    program.once("error", reject);
    program.once("close", resolve);
  });
  program.stdin.on("error", () => {});
  program.stdin.end(versions.map((version) => JSON.stringify(version)).join("\n"));
  const [printed, code] = await Promise.all([text(program.stdout), ended]);
  if (code !== 0) throw new Error(`kstatus ended with ${code}`);
  return printed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Said);
}
