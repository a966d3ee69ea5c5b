import { totalmem } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./e2e/longest-first.ts";

const conditions = ["@multigres/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Only bounds how long a broken test takes; a busy machine must not fail a sound one.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,apps,tools}/**/*.test.ts"],
          // Pure functions share nothing, and importing everything anew for each file took two thirds of the time.
          pool: "threads",
          isolate: false,
          exclude: ["**/node_modules/**", "**/dist/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          globalSetup: ["e2e/support/shared-operator.ts", "e2e/support/shared-api-server.ts"],
          exclude: ["**/node_modules/**"],
          // More than any of its waits, so that a test that fails says what it waited for.
          testTimeout: 900_000,
          hookTimeout: 900_000,
          // As with unit tests: what a file leaves behind is namespaces, which no other one looks at.
          isolate: false,
          // Mostly waiting, so not bound to the number of cores, but each may have a control plane of its own, of up to 2 GiB.
          // vitest wants a group of their own for another number of workers.
          maxWorkers: Math.max(1, Math.min(6, Math.floor(totalmem() / 2.5 / 2 ** 30))),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
