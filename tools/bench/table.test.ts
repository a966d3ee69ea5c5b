import { expect, test } from "vitest";
import { renderTable } from "./table.ts";

test("text stands left, figures stand right, and a missing figure is a dash", () => {
  const rows = [
    ["Cell", 12.5, "yes"],
    ["TopoServer", undefined, "no"],
    ["x", Number.NaN, "no"],
  ];
  expect(renderTable(["kind", "writes", "met"], rows)).toBe(
    [
      "| kind       | writes | met |",
      "| ---------- | -----: | --- |",
      "| Cell       |   12.5 | yes |",
      "| TopoServer |      - | no  |",
      "| x          |      - | no  |",
    ].join("\n"),
  );
});

test("a table without rows keeps its head", () => {
  expect(renderTable(["a"], [])).toBe("| a   |\n| --- |");
});
