import { describe, expect, it } from "vitest";
import { ApiError } from "./errors.ts";
import type { EventDraft } from "./plan.ts";
import { ApiEventRecorder, eventKind, type KubernetesEvent, type Regarding } from "./recorder.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { MemoryApi } from "./testing/memory-api.ts";

const regarding: Regarding = { apiVersion: "v1", kind: "ConfigMap", namespace: "t1", name: "a", uid: "u1" };
const aDraft = (note = "it broke"): EventDraft => ({ type: "Warning", reason: "Broken", action: "Try", note });

function aRecorder(assertLeading = () => {}) {
  const [api, clock] = [new MemoryApi(), new ManualClock()];
  const errors: unknown[] = [];
  let ids = 0;
  const recorder = new ApiEventRecorder({
    client: api,
    clock,
    controller: "multigres.com/test",
    instance: "pod-1",
    uniqueId: () => `id${ids++}`,
    assertLeading,
    onError: (error) => errors.push(error),
  });
  const events = async () => {
    await recorder.flush();
    return (await api.list(eventKind)).items;
  };
  return { api, clock, recorder, errors, events };
}

describe("ApiEventRecorder", () => {
  it("creates a complete events.k8s.io Event", async () => {
    const { recorder, events } = aRecorder();
    recorder.happened(regarding, aDraft());
    const [event] = await events();
    expect(event).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      metadata: { namespace: "t1", name: "a.id0" },
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "multigres.com/test",
      reportingInstance: "pod-1",
      ...aDraft(),
      regarding,
    } satisfies Partial<KubernetesEvent>);
  });

  it("counts repeats in a series instead of sending them again", async () => {
    const { recorder, events, clock } = aRecorder();
    recorder.happened(regarding, aDraft());
    await clock.advance(1000);
    recorder.happened(regarding, aDraft());
    recorder.happened(regarding, aDraft());
    recorder.happened(regarding, aDraft("something else"));
    const all = await events();
    expect(all.map(({ note, series }) => [note, series?.count])).toEqual([
      ["it broke", 3],
      ["something else", undefined],
    ]);
    expect(all[0]?.series?.lastObservedTime).toBe("2026-01-01T00:00:01.000000Z");
  });

  it("starts anew when the Event is gone from the server", async () => {
    const { recorder, events, api } = aRecorder();
    recorder.happened(regarding, aDraft());
    await recorder.flush();
    api.remove(eventKind, "t1/a.id0");
    recorder.happened(regarding, aDraft());
    expect((await events()).map(({ metadata }) => metadata?.name)).toEqual(["a.id1"]);
  });

  it("tells a standing problem once, and again when it comes back", async () => {
    const { recorder, api } = aRecorder();
    for (let reconcile = 0; reconcile < 5; reconcile++) recorder.present(regarding, [aDraft()], false);
    await recorder.flush();
    expect(api.writes).toEqual(["create Event a.id0"]);
    recorder.present(regarding, [], false);
    recorder.present(regarding, [aDraft()], false);
    await recorder.flush();
    expect(api.writes).toEqual(["create Event a.id0", "mergePatch Event a.id0"]);
  });

  it("tells nothing that an earlier process told, but what is new", async () => {
    const { recorder, events } = aRecorder();
    recorder.present(regarding, [aDraft()], true);
    recorder.present(regarding, [aDraft(), aDraft("new")], true);
    expect((await events()).map(({ note }) => note)).toEqual(["new"]);
  });

  it("keeps to its budget per object: 25 at once, then one in five minutes", async () => {
    const { recorder, api, clock } = aRecorder();
    for (let n = 0; n < 100; n++) recorder.happened(regarding, aDraft(`note ${n}`));
    recorder.happened({ ...regarding, uid: "u2", name: "b" }, aDraft());
    await recorder.flush();
    expect(api.writes).toHaveLength(26);
    await clock.advance(300_000);
    recorder.happened(regarding, aDraft("later"));
    recorder.happened(regarding, aDraft("too many"));
    await recorder.flush();
    expect(api.writes).toHaveLength(27);
  });

  it("never throws: a refused Event is reported and the next one sent", async () => {
    const { recorder, events, api, errors } = aRecorder();
    api.failNext("create", "a.id0", new ApiError({ code: 403, reason: "Forbidden", message: "no" }));
    recorder.happened(regarding, aDraft());
    recorder.happened(regarding, aDraft());
    recorder.happened(regarding, aDraft("other"));
    expect((await events()).map(({ note }) => note)).toEqual(["it broke", "other"]);
    expect(errors).toHaveLength(1);
  });

  it("sends nothing when this process doesn't lead", async () => {
    const { recorder, api } = aRecorder(() => {
      throw new Error("not leading");
    });
    recorder.happened(regarding, aDraft());
    await recorder.flush();
    expect(api.calls).toEqual([]);
  });

  it("cuts a note to what the server takes, between two characters", async () => {
    const { recorder, events } = aRecorder();
    recorder.happened(regarding, aDraft(`x${"ü".repeat(2000)}`));
    const [event] = await events();
    expect(Buffer.byteLength(event?.note ?? "")).toBeLessThanOrEqual(1024);
    expect(event?.note).toMatch(/^xü+…$/);
  });
});
