/** The parts of vitest's JSON report that are counted. */
export interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What failed and why, a line each. */
  readonly reasons: readonly string[];
}

/**
 * Counts tests. What didn't run counts as failed: a skipped or unwritten test, unless the caller chose tests by name; a file that can't be
 * loaded; no test at all; and a vitest that ended with an error outside of any test.
 */
export function countTests(report: VitestReport | undefined, exitCode: number, chosenByName: boolean): Outcome {
  if (report === undefined) return { passed: 0, failed: 1, reasons: ["vitest ended without a report"] };
  const reasons: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    const before = failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") passed++;
      else if (test.status === "failed") {
        failed++;
        const [why = ""] = test.failureMessages?.[0]?.split("\n") ?? [];
        reasons.push(`${test.fullName} (${file.name}): ${why}`);
      } else if (!chosenByName) {
        failed++;
        reasons.push(`${test.status}: ${test.fullName} (${file.name})`);
      }
    }
    if (file.status === "failed" && failed === before) {
      failed++;
      reasons.push(`${file.name} failed outside of its tests`);
    }
  }
  if (passed + failed === 0) return { passed, failed: 1, reasons: ["no test ran"] };
  if (exitCode !== 0 && failed === 0)
    return { passed, failed: 1, reasons: ["vitest found an error outside of the tests"] };
  return { passed, failed, reasons };
}

/** The last line of a run. */
export function summary(outcomes: readonly Outcome[]): string {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  return `${sum((outcome) => outcome.passed)} passed, ${sum((outcome) => outcome.failed)} failed`;
}
