import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareQuantities, formatQuantity, parseQuantity, sameQuantity } from "./quantity.ts";

const nano = 10n ** 9n;
const most = (2n ** 63n - 1n) * nano;

describe("parseQuantity", () => {
  test.each<[string | number, bigint]>([
    ["0", 0n],
    ["1", nano],
    [2, 2n * nano],
    [0.5, nano / 2n],
    [1e15, 10n ** 24n],
    ["+1", nano],
    ["-1.5", -3n * (nano / 2n)],
    [".5", nano / 2n],
    ["5.", 5n * nano],
    ["1n", 1n],
    ["1u", 10n ** 3n],
    ["1m", 10n ** 6n],
    ["1k", 10n ** 12n],
    ["1M", 10n ** 15n],
    ["1G", 10n ** 18n],
    ["1T", 10n ** 21n],
    ["1P", 10n ** 24n],
    ["1E", 10n ** 27n],
    ["1Ki", nano * 1024n],
    ["1Mi", nano * 1024n ** 2n],
    ["1Gi", nano * 1024n ** 3n],
    ["1Ti", nano * 1024n ** 4n],
    ["1Pi", nano * 1024n ** 5n],
    ["1Ei", nano * 1024n ** 6n],
    ["1.5Gi", nano * 1536n * 1024n ** 2n],
    ["1e3", nano * 1000n],
    ["1E3", nano * 1000n],
    ["1e+3", nano * 1000n],
    ["25e-1", (nano * 5n) / 2n],
    ["9007199254740993", 9007199254740993n * nano],
  ])("%s is exactly %s billionths", (value, amount) => {
    expect(parseQuantity(value)).toBe(amount);
  });

  test.each([
    ["0.1n", 1n],
    ["1.0000000001", nano + 1n],
    ["-0.1n", -1n],
    ["1e-30", 1n],
  ])("%s, finer than billionths, is rounded away from zero", (value, amount) => {
    expect(parseQuantity(value)).toBe(amount);
  });

  test.each(["9Ei", "8Ei", "1e9999", 1e21])("%s is cut down to the most that the API server takes", (value) => {
    expect(parseQuantity(value)).toBe(most);
  });

  test.each([
    "",
    " 1",
    "1 ",
    "Gi",
    "1gi",
    "1K",
    "1mi",
    "1e",
    "1e3Mi",
    "1.2.3",
    ".",
    "--1",
    "0x10",
    "NaN",
    "Infinity",
    "1e99999",
  ])("%j isn't a quantity", (value) => {
    expect(parseQuantity(value)).toBeUndefined();
  });

  test.each([undefined, null, true, {}, [], Number.NaN, Number.POSITIVE_INFINITY])(
    "%j, no text and no finite number, isn't a quantity",
    (value) => {
      expect(parseQuantity(value)).toBeUndefined();
    },
  );
});

describe("formatQuantity", () => {
  test.each([
    ["1024Mi", "1Gi"],
    ["1073741824", "1Gi"],
    ["0.5", "500m"],
    ["1000m", "1"],
    ["1.5", "1500m"],
    ["1.5Gi", "1536Mi"],
    ["1000Gi", "1000Gi"],
    ["1000Mi", "1000Mi"],
    ["10240Mi", "10Gi"],
    ["1T", "1T"],
    ["1000G", "1T"],
    ["1500M", "1500M"],
    ["1e3", "1k"],
    ["0", "0"],
    ["0Gi", "0"],
    ["-0.5", "-500m"],
    ["1n", "1n"],
    ["1001n", "1001n"],
    ["64Ki", "64Ki"],
    ["1000Ki", "1024k"],
    ["7", "7"],
  ])("%s is spelt %s", (value, canonical) => {
    expect(formatQuantity(parseQuantity(value) ?? -1n)).toBe(canonical);
  });

  test("what it writes means the amount that it was given", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -most, max: most }), (amount) => {
        expect(parseQuantity(formatQuantity(amount))).toBe(amount);
      }),
    );
  });
});

describe("compareQuantities", () => {
  test.each<[string | number, string | number, number]>([
    ["1Gi", "1024Mi", 0],
    ["1", 1, 0],
    ["500m", "0.5", 0],
    ["1G", "1Gi", -1],
    ["2Gi", "2000Mi", 1],
    ["-1", "0", -1],
    ["1000000000000000001n", "1000000000", 1],
  ])("%s against %s is %i", (a, b, sign) => {
    expect(compareQuantities(a, b)).toBe(sign);
    expect(compareQuantities(b, a)).toBe(sign === 0 ? 0 : -sign);
  });

  test("what isn't a quantity is named in the error", () => {
    expect(() => compareQuantities("1Gi", "much")).toThrow(new RangeError('"much" isn\'t a Kubernetes quantity'));
    expect(() => compareQuantities("few", "1Gi")).toThrow('"few"');
  });
});

describe("sameQuantity", () => {
  test.each([
    ["1Gi", "1024Mi"],
    ["0.5", "500m"],
    ["1", 1],
    ["1e3", "1k"],
    ["0.1n", "1n"],
    ["-1", "-1000m"],
  ])("%s is %s", (a, b) => {
    expect(sameQuantity(a, b)).toBe(true);
  });

  test.each([
    ["1G", "1Gi"],
    ["1", "-1"],
    ["x", "x"],
    ["1", undefined],
    [undefined, undefined],
  ])("%s isn't %s", (a, b) => {
    expect(sameQuantity(a, b)).toBe(false);
  });
});
