import type { EventDraft } from "../plan.ts";
import type { EventRecorder, Regarding } from "../recorder.ts";

/** Keeps what was recorded, as `type reason kind name: note`. */
export class EventList implements EventRecorder {
  readonly events: string[] = [];

  happened(regarding: Regarding, draft: EventDraft): void {
    this.events.push(`${draft.type} ${draft.reason} ${regarding.kind} ${regarding.name}: ${draft.note}`);
  }

  present(regarding: Regarding, drafts: readonly EventDraft[], told: boolean): void {
    if (!told) for (const draft of drafts) this.happened(regarding, draft);
  }

  forget(): void {}
}
