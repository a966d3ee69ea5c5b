import { expect, test } from "vitest";
import { InvalidSettingError, RejectedError, UnreachableError } from "../errors.ts";
import { outcomeOf, outcomeOfEnsuring } from "./outcome.ts";

test.each([
  new RejectedError({ address: "etcd:2379", status: 403, code: 7, message: "permission denied" }),
  new InvalidSettingError("tls.crt can't be read"),
])("what repeating doesn't mend is refused, with its message: %s", async (error) => {
  expect(await outcomeOf(() => Promise.reject(error))).toEqual({ result: "refused", message: error.message });
});

test.each([new UnreachableError([]), new TypeError("a bug")])(
  "what may mend itself, and what nobody expects, stays an error: %s",
  async (error) => {
    await expect(outcomeOf(() => Promise.reject(error))).rejects.toBe(error);
  },
);

test("a record that is as it should be is done, whoever wrote it", () => {
  const results = ["unchanged", "created", "updated"] as const;
  expect(results.map((result) => outcomeOfEnsuring({ result }))).toEqual(results.map(() => ({ result: "done" })));
});
