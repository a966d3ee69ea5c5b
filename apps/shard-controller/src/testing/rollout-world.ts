import type { DurabilityPolicy } from "@multigres/api-types";
import { reachesQuorum } from "../quorum.ts";
import { keptReplicas } from "../rollout/kept-replicas.ts";
import { nextStep } from "../rollout/next-step.ts";
import { poolReplicas } from "../rollout/replicas.ts";
import type { PodView, PoolView, ShardView, SwitchOver } from "../rollout/shard-view.ts";
import type { Step } from "../rollout/step.ts";

/** What can happen to a shard that its controller didn't do. */
export type Incident =
  | { readonly is: "pod dies"; readonly pod: number }
  | { readonly is: "pod stumbles"; readonly pod: number }
  | { readonly is: "primary moves"; readonly pod: number }
  | { readonly is: "new image"; readonly good: boolean }
  | { readonly is: "scaled"; readonly pool: number; readonly replicas: number }
  | { readonly is: "controller restarts" }
  | { readonly is: "multiadmin falls silent" | "multiadmin answers" }
  | { readonly is: "switch-overs fail" | "switch-overs work" }
  | { readonly is: "time passes"; readonly seconds: number };

interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly pool: string;
  readonly ordinal: number;
  readonly image: number;
  readyAt: number;
  readySince: number | undefined;
  inCohortAt: number;
  leavingUntil: number | undefined;
}

interface Pool {
  readonly name: string;
  wanted: number;
  replicas: number;
  /** What its StatefulSet makes pods of. */
  image: number;
}

const startSeconds = 3;
const joinSeconds = 4;
const electionSeconds = 3;

/**
 * A shard on a StatefulSet controller, kubelets and a data plane that all take their time. It runs the controller's own
 * decisions and keeps book of what they break.
 */
export class RolloutWorld {
  readonly broken: string[] = [];
  readonly policy: DurabilityPolicy;
  readonly #pools: Pool[];
  #pods: Pod[] = [];
  readonly #badImages = new Set<number>();
  readonly #volumes = new Set<string>();
  /** Pods by name that the controller took while they served, and which image they are to come back with. */
  readonly #takenByUs = new Set<string>();
  #image = 1;
  #clock = 0;
  #uids = 0;
  #primary: string | undefined;
  #electionAt: number | undefined;
  #multiadmin = true;
  /** Since when the controller of now hasn't had an answer. */
  #silentSince = 0;
  #noPrimarySince: number | undefined = 0;
  #switchWorks = true;
  #switchOvers = new Map<string, SwitchOver[]>();

  constructor(policy: DurabilityPolicy, replicas: readonly number[]) {
    this.policy = policy;
    this.#pools = replicas.map((wanted, index) => ({ name: `p${index}`, wanted, replicas: wanted, image: 1 }));
    this.pass(60);
  }

  happen(incident: Incident): void {
    switch (incident.is) {
      case "pod dies": {
        const pod = this.#pods[incident.pod % Math.max(1, this.#pods.length)];
        if (pod) this.#leave(pod);
        return;
      }
      case "pod stumbles": {
        const pod = this.#pods[incident.pod % Math.max(1, this.#pods.length)];
        if (pod) this.#restart(pod, 8);
        return;
      }
      case "primary moves": {
        const members = this.#members();
        this.#primary = members[incident.pod % Math.max(1, members.length)]?.name ?? this.#primary;
        return;
      }
      case "new image":
        this.#image += 1;
        if (!incident.good) this.#badImages.add(this.#image);
        return;
      case "scaled": {
        const pool = this.#pools[incident.pool % this.#pools.length];
        if (pool) pool.wanted = incident.replicas;
        return;
      }
      case "controller restarts":
        this.#switchOvers = new Map();
        this.#silentSince = this.#clock;
        return;
      case "multiadmin falls silent":
        if (this.#multiadmin) this.#silentSince = this.#clock;
        this.#multiadmin = false;
        return;
      case "multiadmin answers":
        this.#multiadmin = true;
        return;
      case "switch-overs fail":
        this.#switchWorks = false;
        return;
      case "switch-overs work":
        this.#switchWorks = true;
        return;
      case "time passes":
        this.pass(incident.seconds);
        return;
      default:
        return incident satisfies never;
    }
  }

  /** Lets the seconds go by, with a reconcile in each. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.#clock += 1;
      this.#statefulSets();
      this.#kubelets();
      this.#election();
      this.reconcile();
    }
  }

  /** Lets time go by until all is as wanted, at most so many seconds. */
  settle(seconds: number): void {
    const deadline = this.#clock + seconds;
    while (this.#clock < deadline && this.unfinished.length > 0) this.pass(10);
  }

  reconcile(): Step {
    for (const pool of this.#pools) pool.image = this.#image;
    const view = this.#view();
    const step = nextStep(view, new Date(this.#clock * 1000));
    this.#check(view, step);
    for (const { pool, replicas } of poolReplicas(view, step, "now")) {
      const found = this.#pools.find(({ name }) => name === pool);
      if (found) found.replicas = replicas;
    }
    const pod = "pod" in step ? this.#pods.find(({ uid }) => uid === step.pod.uid) : undefined;
    if (step.do === "replace" && pod) this.#leave(pod);
    if (step.do === "switch-over" && pod) this.#switchOver(pod, step.attempts);
    this.#statefulSets();
    return step;
  }

  /** What still differs from what is wanted. */
  get unfinished(): string[] {
    const kept = keptReplicas(this.policy, this.#view().pools);
    const wrong = this.#pods.filter((pod) => pod.image !== this.#image || !this.#isReady(pod)).map(({ name }) => name);
    const counts = this.#pools.flatMap(({ name, replicas, wanted }) => {
      const there = this.#pods.filter(({ pool }) => pool === name).length;
      const keep = kept.get(name) ?? wanted;
      return replicas === keep && there === keep ? [] : [`${name} has ${replicas}, ${there} pods, wanted ${keep}`];
    });
    return [...wrong, ...counts];
  }

  get notReady(): number {
    return this.#pods.filter((pod) => !this.#isReady(pod)).length;
  }

  #check(view: ShardView, step: Step): void {
    const fail = (what: string) =>
      this.broken.push(`${this.#clock} s: ${step.do} ${"pod" in step ? step.pod.name : ""}: ${what}`);
    for (const volume of this.#pods.map(({ name }) => name)) this.#volumes.add(volume);
    if (step.do !== "replace" && step.do !== "remove") return;
    const { pod } = step;
    const kept = keptReplicas(view.policy, view.pools);
    const isKept = ({ pool, ordinal }: PodView) => ordinal < (kept.get(pool) ?? 0);
    for (const name of this.#takenByUs) {
      const back = this.#pods.find((each) => each.name === name);
      const [pool = "", ordinal] = name.split("-");
      const wanted = Number(ordinal) < (kept.get(pool) ?? 0);
      if (!wanted || (back && this.#isReady(back))) this.#takenByUs.delete(name);
    }
    if (!pod.ready) return;
    if (this.#takenByUs.size > 0) fail(`while ${[...this.#takenByUs].join()} is away by our hand`);
    if (view.pods.some(({ leaving }) => leaving)) fail("while another one is leaving");
    const reaches = (pods: readonly PodView[]) =>
      reachesQuorum(
        view.policy,
        pods.map(({ cell }) => ({ cell, pods: 1 })),
      );
    const others = view.pods.filter(({ uid }) => uid !== pod.uid);
    const couldServe = others.filter(isKept);
    if (!reaches(others.filter(({ ready }) => ready)) && reaches(couldServe)) fail("below the quorum");
    if (this.#multiadmin && this.#primary === pod.name) {
      if (couldServe.some(({ outdated }) => outdated)) fail("the primary before others");
      const tried = this.#switchOvers.get(pod.uid)?.length ?? 0;
      if (couldServe.some(({ ready }) => ready) && tried < 3)
        fail(`the primary after ${tried} attempts to switch over`);
    }
    if (step.do === "replace" && isKept(pod)) this.#takenByUs.add(pod.name);
  }

  #view(): ShardView {
    const known = this.#multiadmin && this.#primary !== undefined;
    if (known) this.#noPrimarySince = undefined;
    else this.#noPrimarySince ??= this.#clock;
    const members = new Set(this.#members().map(({ name }) => name));
    const pods = this.#pods.map((pod): PodView => {
      const ready = this.#isReady(pod);
      const { replicas = 0 } = this.#pools.find(({ name }) => name === pod.pool) ?? {};
      return {
        name: pod.name,
        uid: pod.uid,
        pool: pod.pool,
        cell: pod.pool,
        ordinal: pod.ordinal,
        ready,
        ...(ready && pod.readySince !== undefined && { readySince: new Date(pod.readySince * 1000) }),
        broken: this.#badImages.has(pod.image),
        lagging: known && ready && this.#clock > pod.inCohortAt + 60 && !members.has(pod.name),
        leaving: pod.leavingUntil !== undefined || pod.ordinal >= replicas,
        outdated: pod.image !== this.#image,
      };
    });
    const primary = this.#pods.find(({ name }) => name === this.#primary);
    return {
      policy: this.policy,
      pools: this.#pools.map(
        ({ name, wanted, replicas, image }): PoolView => ({
          name,
          cell: name,
          wanted,
          live: replicas,
          prepared: image === this.#image,
        }),
      ),
      pods,
      roles: this.#multiadmin
        ? {
            state: "read",
            primary: primary && { podName: primary.name },
            cohort: primary && this.#members().map(({ name }) => name),
          }
        : { state: "unknown", isPending: false, why: "silence", since: new Date(this.#silentSince * 1000) },
      ...(this.#noPrimarySince !== undefined && { noPrimarySince: new Date(this.#noPrimarySince * 1000) }),
      switchOvers: primary ? (this.#switchOvers.get(primary.uid) ?? []) : [],
    };
  }

  #isReady(pod: Pod): boolean {
    return pod.leavingUntil === undefined && this.#clock >= pod.readyAt && !this.#badImages.has(pod.image);
  }

  /** The cohort: who serves and has joined. */
  #members(): Pod[] {
    return this.#pods.filter((pod) => this.#isReady(pod) && this.#clock >= pod.inCohortAt);
  }

  #leave(pod: Pod): void {
    pod.leavingUntil ??= this.#clock + 1;
  }

  #restart(pod: Pod, seconds: number): void {
    pod.readyAt = this.#clock + seconds;
    pod.readySince = undefined;
    pod.inCohortAt = pod.readyAt + joinSeconds;
  }

  #switchOver(pod: Pod, attempts: number): void {
    const ended = this.#switchOvers.get(pod.uid) ?? [];
    if (ended.length >= attempts) return;
    const other = this.#members().find(({ uid }) => uid !== pod.uid);
    if (this.#switchWorks && other) this.#primary = other.name;
    const result: SwitchOver =
      this.#switchWorks && other
        ? { state: "done", at: new Date(this.#clock * 1000) }
        : { state: "failed", message: "no" };
    this.#switchOvers.set(pod.uid, [...ended, result]);
  }

  #statefulSets(): void {
    for (const pool of this.#pools) {
      const mine = this.#pods.filter((pod) => pod.pool === pool.name);
      for (const pod of mine) if (pod.ordinal >= pool.replicas) this.#leave(pod);
      for (let ordinal = 0; ordinal < pool.replicas; ordinal++) {
        if (mine.some((pod) => pod.ordinal === ordinal)) continue;
        this.#uids += 1;
        const readyAt = this.#clock + startSeconds;
        this.#pods.push({
          name: `${pool.name}-${ordinal}`,
          uid: `uid-${this.#uids}`,
          pool: pool.name,
          ordinal,
          image: pool.image,
          readyAt,
          readySince: undefined,
          inCohortAt: readyAt + joinSeconds,
          leavingUntil: undefined,
        });
      }
    }
  }

  #kubelets(): void {
    this.#pods = this.#pods.filter(({ leavingUntil }) => leavingUntil === undefined || leavingUntil > this.#clock);
    for (const pod of this.#pods) if (this.#isReady(pod)) pod.readySince ??= this.#clock;
  }

  #election(): void {
    const primary = this.#pods.find(({ name }) => name === this.#primary);
    if (primary && this.#isReady(primary)) return;
    this.#primary = undefined;
    this.#electionAt ??= this.#clock + electionSeconds;
    if (this.#clock < this.#electionAt) return;
    const [first, second] = this.#members();
    if (first === undefined || second === undefined) return;
    this.#primary = first.name;
    this.#electionAt = undefined;
  }
}
