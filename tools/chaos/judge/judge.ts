import type { Fact } from "./facts.ts";
import type { Invariant } from "./invariant.ts";
import { foreignUntouched } from "./invariants/foreign-untouched.ts";
import { nothingForbidden } from "./invariants/nothing-forbidden.ts";
import { onePodAtATime } from "./invariants/one-pod-at-a-time.ts";
import { pausedStays } from "./invariants/paused-stays.ts";
import { primaryLast } from "./invariants/primary-last.ts";
import { restServes } from "./invariants/rest-serves.ts";
import { volumesStay } from "./invariants/volumes-stay.ts";
import { wantedStays } from "./invariants/wanted-stays.ts";
import { writesBounded } from "./invariants/writes-bounded.ts";
import { World } from "./world.ts";

export interface Violation {
  readonly invariant: string;
  readonly at: number;
  readonly why: string;
  /** Line of the audit log. */
  readonly evidence?: string;
}

/** How often an invariant was put to the test, and how often it was broken. */
export interface Tally {
  readonly invariant: string;
  judged: number;
  broken: number;
}

/** A word about something may come later than word of what followed from it. */
const patienceMs = 15_000;

function allInvariants(): readonly Invariant[] {
  return [
    volumesStay,
    onePodAtATime,
    restServes,
    primaryLast,
    wantedStays,
    foreignUntouched,
    pausedStays,
    writesBounded(),
    nothingForbidden,
  ];
}

/** Holds facts against the invariants, each when everything around it is known. */
export class Judge {
  readonly world = new World();
  readonly #invariants: readonly Invariant[];
  readonly #tallies: readonly Tally[];
  readonly #found: (violation: Violation) => void;
  #pending: Fact[] = [];

  constructor(found: (violation: Violation) => void, invariants = allInvariants()) {
    this.#found = found;
    this.#invariants = invariants;
    this.#tallies = invariants.map(({ name }) => ({ invariant: name, judged: 0, broken: 0 }));
  }

  get tallies(): readonly Readonly<Tally>[] {
    return this.#tallies;
  }

  learn(fact: Fact): void {
    this.world.learn(fact);
    this.#pending.push(fact);
  }

  /** Judges what happened long enough before `now`; without a time, everything. */
  judge(now = Number.POSITIVE_INFINITY): void {
    const due = this.#pending.filter(({ at }) => at <= now - patienceMs);
    this.#pending = this.#pending.filter(({ at }) => at > now - patienceMs);
    for (const fact of due.sort((a, b) => a.at - b.at)) this.#judgeOne(fact);
  }

  #judgeOne(fact: Fact): void {
    for (const [index, { name, judge }] of this.#invariants.entries()) {
      const judgement = judge(fact, this.world);
      const tally = this.#tallies[index];
      if (judgement === undefined || tally === undefined) continue;
      tally.judged += 1;
      if (judgement.held) continue;
      tally.broken += 1;
      const evidence = fact.fact === "request" ? fact.line : undefined;
      this.#found({ invariant: name, at: fact.at, why: judgement.why, evidence });
    }
  }
}
