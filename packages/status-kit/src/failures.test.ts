import { describe, expect, test } from "vitest";
import { type Summary, summarize } from "./conditions.ts";
import { type FailedWrite, nameConflicts, withFailures } from "./failures.ts";

const healthy: Summary = {
  available: { status: "True", reason: "AllAvailable", message: "All is well" },
  progressing: { status: "False", reason: "Converged", message: "Everything is as the spec says." },
};
const starting: Summary = {
  available: { status: "False", reason: "NotCreatedYet", message: "Deployment gw doesn't exist yet" },
  progressing: { status: "True", reason: "NotCreatedYet", message: "Deployment gw doesn't exist yet" },
};

function failed(reason: FailedWrite["reason"], message = `Deployment gw: ${reason}`): FailedWrite {
  return { reason, message };
}

describe("withFailures", () => {
  test("changes nothing when nothing failed", () => {
    expect(withFailures(healthy, [])).toBe(healthy);
  });

  test.each(["NameConflict", "Forbidden", "QuotaExceeded", "Invalid"] as const)("%s needs a person", (reason) => {
    const summary = withFailures(starting, [failed(reason)]);
    expect(summary.available).toMatchObject({ status: "False", reason });
    expect(summary.progressing).toMatchObject({ status: "True", reason });
    expect(summary.stalled).toMatchObject({ reason, message: expect.stringContaining(`Deployment gw: ${reason}`) });
  });

  test.each(["Conflict", "Unavailable", "NamespaceTerminating"] as const)(
    "%s is only progress that lasts",
    (reason) => {
      const summary = withFailures(starting, [failed(reason)]);
      expect(summary.progressing).toMatchObject({ status: "True", reason: "WriteFailed" });
      expect(summary.stalled).toBeUndefined();
    },
  );

  test("what runs stays available, but is no longer ready", () => {
    const summary = withFailures(healthy, [failed("Forbidden")]);
    expect(summary.available).toBe(healthy.available);
    expect(summarize(summary).find(({ type }) => type === "Ready")).toMatchObject({
      status: "False",
      reason: "Forbidden",
    });
  });

  test("what isn't available names the failure before its other causes", () => {
    expect(withFailures(starting, [failed("Forbidden")]).available.message).toBe(
      "Deployment gw: Forbidden; Deployment gw doesn't exist yet",
    );
  });

  test("a converged summary drops its praise", () => {
    expect(withFailures(healthy, [failed("Unavailable")]).progressing.message).toBe("Deployment gw: Unavailable");
  });

  test("failures for a person come first, and each remedy stands once", () => {
    const summary = withFailures(starting, [
      failed("Unavailable", "Service s: gone"),
      failed("QuotaExceeded", "Deployment a: full"),
      failed("QuotaExceeded", "Deployment b: full"),
    ]);
    expect(summary.progressing.message).toMatch(/^Deployment a: full; Deployment b: full; Service s: gone/);
    expect(summary.stalled).toEqual({
      reason: "QuotaExceeded",
      message: "Deployment a: full; Deployment b: full; raise the ResourceQuota, or free what counts against it",
    });
  });

  test("a summary that is stalled already keeps its reason and both messages", () => {
    const stalled = { reason: "TemplateNotFound", message: "No ShardTemplate std" };
    expect(withFailures({ ...starting, stalled }, [failed("Invalid", "Cell a: bad")]).stalled).toEqual({
      reason: "TemplateNotFound",
      message: expect.stringMatching(/^No ShardTemplate std; Cell a: bad; correct/),
    });
    expect(withFailures({ ...starting, stalled }, [failed("Conflict")]).stalled).toBe(stalled);
  });
});

describe("nameConflicts", () => {
  test("names every object that is somebody else's, and no other failure", () => {
    const failures = [
      failed("NameConflict", "Cell a: taken"),
      failed("Invalid"),
      failed("NameConflict", "Cell b: taken"),
    ];
    expect(nameConflicts(failures)).toEqual([
      { type: "NameConflict", status: "True", reason: "NameConflict", message: "Cell a: taken; Cell b: taken" },
    ]);
  });

  test("says nothing without a conflict", () => {
    expect(nameConflicts([failed("Forbidden")])).toEqual([]);
  });
});
