import { hashOf } from "./applied-hash.ts";
import { isNotFound } from "./errors.ts";
import { apiVersionOf } from "./client/resource-path.ts";
import { type Key, type KubernetesObject, keyOf, type ResourceKind } from "./resource.ts";
import { contentOf } from "./status-content.ts";
import type { StatusPace } from "./status-pace.ts";
import { matches } from "./subset.ts";
import type { WriteContext } from "./write-context.ts";

type WithStatus = KubernetesObject & { status?: unknown };

/** The last status written to an object, and what the server made of it. */
interface Written {
  readonly hash: string;
  readonly result: unknown;
}

export interface StatusWriterOptions {
  readonly pace: StatusPace;
  /** Reconciles an object once more after `ms`: its status was held back. */
  readonly lookAgain: (key: Key, ms: number) => void;
}

/** Writes the status of primary objects, only when it says something new; what changes fast is held back. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #written = new Map<string, Written>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /**
   * @param live the object as the cache has it
   * @returns whether the stored status said something else; gone objects count as unchanged
   * @throws ApiError
   */
  async write(kind: ResourceKind, live: KubernetesObject, status: unknown, context: WriteContext): Promise<boolean> {
    const { namespace, name, uid } = live.metadata ?? {};
    const stored = (live as WithStatus).status;
    const last = this.#written.get(uid ?? "");
    const hash = hashOf(status);
    // The second: somebody else's field stays beside ours, and writing again wouldn't change that.
    if (matches(status, stored, "exact") || (last?.hash === hash && matches(last.result, stored, "exact"))) {
      context.observer.suppressed(kind.kind, "status");
      return false;
    }
    const { pace, lookAgain } = this.#options;
    const phase = pace.phaseOf(uid ?? "", live.metadata?.creationTimestamp, status);
    const content = contentOf(stored, status, phase);
    const waitMs = pace.waitMs(uid ?? "", content, status);
    if (waitMs > 0) {
      lookAgain(keyOf(live), waitMs);
      return true;
    }
    context.assertLeading();
    const body: WithStatus = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { namespace, name, uid },
      status,
    };
    try {
      const manager = `${context.fieldManager}-status`;
      const written: WithStatus = await context.client.applyStatus(kind, body, manager, context.request);
      context.observer.written(kind.kind, "status");
      pace.wrote(uid ?? "", content, phase);
      this.#written.set(uid ?? "", { hash, result: written.status });
      context.remember(kind, written);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
    return true;
  }

  forget(uid: string): void {
    this.#written.delete(uid);
    this.#options.pace.forget(uid);
  }
}
