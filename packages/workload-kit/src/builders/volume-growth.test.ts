import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { volumeClaim } from "./volume-claim.ts";
import { volumeGrowth } from "./volume-growth.ts";

const template = (storage: string, storageClassName?: string) =>
  volumeClaim("data", {}, { resources: { requests: { storage } }, ...(storageClassName && { storageClassName }) });

/** A volume that asks for a size, has a size, and how that goes. */
function aVolume(
  request: string,
  capacity?: string,
  more: Partial<V1PersistentVolumeClaim["status"]> = {},
): V1PersistentVolumeClaim {
  return {
    ...template(request),
    metadata: { name: `data-pool-${request}` },
    status: {
      phase: capacity === undefined ? "Pending" : "Bound",
      ...(capacity && { capacity: { storage: capacity } }),
      ...more,
    },
  };
}

const small = aVolume("10Gi", "10Gi");
const asked = aVolume("20Gi", "10Gi");
const grown = aVolume("20Gi", "20Gi");

/** What is to be done, in short. */
function growth(wanted: string, live: string | undefined, ...volumes: V1PersistentVolumeClaim[]) {
  const {
    template: carried,
    resize,
    replaceStatefulSet,
    ...rest
  } = volumeGrowth(template(wanted), live === undefined ? undefined : template(live), volumes);
  return {
    carries: carried.spec?.resources?.requests?.storage,
    resizes: resize.length,
    replaces: replaceStatefulSet,
    ...rest,
  };
}

const nothing = { resizes: 0, replaces: false, pending: 0, refusals: [] };

describe("a StatefulSet's volumes", () => {
  test("are made as wanted", () => {
    expect(growth("20Gi", undefined)).toEqual({ ...nothing, carries: "20Gi", target: "20Gi", actual: undefined });
  });

  test("of the wanted size are left alone, however it is spelled", () => {
    expect(growth("20480Mi", "20Gi", grown)).toMatchObject({ ...nothing, actual: "20Gi" });
  });

  test("that are smaller are asked first, while the StatefulSet keeps its template", () => {
    expect(growth("20Gi", "10Gi", small, grown)).toMatchObject({
      carries: "10Gi",
      resizes: 1,
      replaces: false,
      pending: 1,
    });
  });

  test("that have all been asked have their StatefulSet replaced, without waiting until they are larger", () => {
    expect(growth("20Gi", "10Gi", asked, grown)).toMatchObject({
      carries: "10Gi",
      resizes: 0,
      replaces: true,
      pending: 1,
    });
  });

  test("of a StatefulSet that is being made again get the new template", () => {
    expect(growth("20Gi", undefined, asked)).toMatchObject({ carries: "20Gi", replaces: false });
  });

  test("that don't exist are no reason to wait", () => {
    expect(growth("20Gi", "10Gi")).toMatchObject({ resizes: 0, replaces: true });
  });

  test("that aren't bound yet are waited for", () => {
    expect(growth("20Gi", "10Gi", aVolume("10Gi"))).toMatchObject({ resizes: 0, replaces: false });
  });

  test("that aren't bound say nothing of the size", () => {
    expect(growth("10Gi", "20Gi", aVolume("20Gi"), small)).toMatchObject({ target: "10Gi", actual: "10Gi" });
  });

  test("never shrink: the size that they have is kept, and new ones are like them", () => {
    const kept = {
      ...nothing,
      carries: "20Gi",
      target: "20Gi",
      actual: "20Gi",
      notApplied: "storage is 20Gi, wanted is 10Gi",
    };
    expect(growth("10Gi", "20Gi", grown)).toEqual(kept);
    // Of a cluster that was made again.
    expect(growth("10Gi", undefined, grown)).toEqual(kept);
  });

  test("that couldn't grow go back to the size that they have", () => {
    expect(growth("10Gi", "20Gi", asked)).toMatchObject({ target: "10Gi", resizes: 1, replaces: false });
    expect(growth("10Gi", "20Gi", small)).toMatchObject({ target: "10Gi", resizes: 0, replaces: true });
  });

  test("that a provisioner can't grow are told", () => {
    const infeasible = aVolume("20Gi", "10Gi", {
      allocatedResourceStatuses: { storage: "ControllerResizeInfeasible" },
    });
    expect(growth("20Gi", "20Gi", infeasible).refusals).toEqual([
      "PersistentVolumeClaim data-pool-20Gi: its provisioner can't grow it",
    ]);
    const condition = { type: "ControllerResizeError", status: "True", message: "quota of the array" };
    expect(growth("20Gi", "20Gi", aVolume("20Gi", "10Gi", { conditions: [condition] })).refusals).toEqual([
      "PersistentVolumeClaim data-pool-20Gi: quota of the array",
    ]);
  });

  test("of another class aren't replaced, as new ones would be unlike the old", () => {
    const changed = volumeGrowth(template("20Gi", "fast"), template("10Gi"), [grown]);
    expect(changed).toMatchObject({
      replaceStatefulSet: false,
      notApplied: "storageClassName is unset, wanted is fast",
    });
    expect(changed.template.spec).toMatchObject({ resources: { requests: { storage: "10Gi" } } });
    expect(changed.template.spec).not.toHaveProperty("storageClassName");
  });
});
