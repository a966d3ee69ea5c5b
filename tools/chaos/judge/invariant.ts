import type { Fact } from "./facts.ts";
import type { World } from "./world.ts";

/** `undefined`: it says nothing about this fact. */
export type Judgement = { readonly held: true } | { readonly held: false; readonly why: string } | undefined;

export const held: Judgement = { held: true };

export function broken(why: string): Judgement {
  return { held: false, why };
}

/** Something that must hold at all times. */
export interface Invariant {
  readonly name: string;
  /** Judges a fact when everything is known that happened until some seconds after it. */
  readonly judge: (fact: Fact, world: World) => Judgement;
}
