import { leavingMessage, nameConflictMessage } from "./ownership.ts";
import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";

/** The wanted name is held by an object that isn't ours; nothing was written. */
export class NameConflictError extends Error {
  constructor(desired: DesiredObject, holder: KubernetesObject) {
    super(nameConflictMessage(desired, holder));
    this.name = "NameConflictError";
  }
}

/** The wanted name is held by what the owner's predecessor left, which goes by itself; nothing was written. */
export class LeavingError extends Error {
  constructor(desired: DesiredObject) {
    super(leavingMessage(desired));
    this.name = "LeavingError";
  }
}
