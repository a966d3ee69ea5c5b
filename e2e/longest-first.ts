import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that wait most. Started last, they would be waited for by themselves. */
const longest = [
  "faults/server",
  "rest/rest",
  "demo/existing-cluster",
  "changes/rollout",
  "faults/refusals",
  "faults/network",
  "databases/external",
  "data-plane/primary",
  "registration/cells",
  "demo/example",
  "image/image",
];

/** The order in which files of tests are started, so that the last ones to end end together. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
