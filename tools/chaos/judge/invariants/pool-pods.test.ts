import { describe, expect, test } from "vitest";
import { podName, Story, verdictOn } from "../../testing/stories.ts";
import { onePodAtATime } from "./one-pod-at-a-time.ts";
import { primaryLast } from "./primary-last.ts";
import { restServes } from "./rest-serves.ts";

const aRollout = () =>
  new Story().leads(2, 0).pool(10, 3, "new").takes(11, 2).pod(13, 2, "new").takes(15, 1).pod(17, 1, "new");

describe("a rollout as it should be", () => {
  const story = aRollout().leads(19).leads(20, 1).takes(24, 0).pod(26, 0, "new");

  test.each([onePodAtATime, restServes, primaryLast])("is judged and found right: $name", (invariant) => {
    const { judged, violations } = verdictOn(story, invariant);
    expect(violations).toEqual([]);
    expect(judged).toBe(3);
  });
});

describe("one pod at a time", () => {
  test("finds a second pod that is taken before the first is back", () => {
    const story = new Story().takes(11, 2).takes(12, 1).pod(13, 2, "new");
    expect(verdictOn(story, onePodAtATime).violations).toMatchObject([
      {
        at: 12_000,
        why: `Pod chaos-a/${podName(1)} is taken while ${podName(2)}, taken 1000 ms before, isn't ready again`,
      },
    ]);
  });

  test("finds it also while the first is there again and isn't ready", () => {
    const story = new Story().takes(11, 2).pod(12, 2, "new", false).takes(20, 1);
    expect(verdictOn(story, onePodAtATime).violations).toHaveLength(1);
  });

  test("finds one that is scaled away while another one is replaced", () => {
    const story = new Story().edited(2, ({ spec }) => {
      const [pool] = spec.databases.find(({ name }) => name === "own_db")?.spec.pools ?? [];
      if (pool) pool.replicas = 2;
    });
    expect(verdictOn(story.takes(50, 0).scales(51, 2), onePodAtATime).violations).toHaveLength(1);
  });

  test("lets a pod go that was scaled away before", () => {
    const story = new Story().edited(2, ({ spec }) => {
      const [pool] = spec.databases.find(({ name }) => name === "own_db")?.spec.pools ?? [];
      if (pool) pool.replicas = 2;
    });
    expect(verdictOn(story.scales(50, 2).takes(51, 0), onePodAtATime)).toEqual({ judged: 2, violations: [] });
  });

  test("leaves pods that somebody else killed to another invariant", () => {
    expect(verdictOn(new Story().killed(11, 2).takes(11.5, 1), onePodAtATime).violations).toEqual([]);
  });
});

describe("the rest serves", () => {
  test("finds a pod that is taken although another one has been dead for long", () => {
    const story = new Story().killed(11, 2).pod(12, 2, "old", false).takes(20, 1);
    expect(verdictOn(story, restServes).violations).toMatchObject([{ at: 20_000 }]);
  });

  test("excuses what can't have been known yet", () => {
    expect(verdictOn(new Story().killed(11, 2).takes(12, 1), restServes)).toEqual({ judged: 1, violations: [] });
  });

  test("excuses what was asked for before the operator was held", () => {
    const story = new Story().held(10, 19).killed(11, 2).takes(20, 1);
    expect(verdictOn(story, restServes)).toEqual({ judged: 1, violations: [] });
  });

  test("excuses nothing that was known before the operator was held", () => {
    const story = new Story().killed(5, 2).held(10, 19).takes(20, 1);
    expect(verdictOn(story, restServes).violations).toHaveLength(1);
  });

  test("says nothing of a pod that doesn't run", () => {
    const story = new Story()
      .killed(11, 2)
      .pod(12, 2, "old", false)
      .killed(13, 1)
      .pod(14, 1, "old", false)
      .takes(30, 1);
    expect(verdictOn(story, restServes).judged).toBe(0);
  });
});

describe("the primary last", () => {
  test("finds a primary that is taken while followers are outdated", () => {
    const story = new Story().leads(2, 0).pool(10, 3, "new").takes(11, 0);
    expect(verdictOn(story, primaryLast).violations).toMatchObject([
      { why: `Pod chaos-a/${podName(0)}, the primary, is taken although ${podName(1)} is outdated, too` },
    ]);
  });

  test("finds a primary that is taken last, but without a switch-over", () => {
    expect(verdictOn(aRollout().takes(24, 0), primaryLast).violations).toMatchObject([
      { why: `Pod chaos-a/${podName(0)} is taken while it is primary, although ${podName(1)} could take over` },
    ]);
  });

  test("finds a primary that is scaled away", () => {
    const story = new Story().leads(2, 2).edited(3, ({ spec }) => {
      const [pool] = spec.databases.find(({ name }) => name === "own_db")?.spec.pools ?? [];
      if (pool) pool.replicas = 2;
    });
    expect(verdictOn(story.scales(50, 2), primaryLast).violations).toHaveLength(1);
  });

  test("excuses one that became primary in that moment", () => {
    const story = new Story().leads(2, 0).leads(10.5, 1).takes(11, 1);
    expect(verdictOn(story, primaryLast).violations).toEqual([]);
  });
});
