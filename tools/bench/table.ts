export type TableCell = string | number | undefined;

/** A table in Markdown, with columns aligned for the terminal: text to the left, columns of figures to the right. */
export function renderTable(head: readonly string[], rows: readonly (readonly TableCell[])[]): string {
  const texts = rows.map((row) => head.map((_, column) => textOf(row[column])));
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...texts.map((row) => (row[column] ?? "").length)),
  );
  const right = head.map(
    (_, column) => rows.some((row) => typeof row[column] === "number") && rows.every((row) => isFigure(row[column])),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, right[column] ?? false)).join(" | ")} |`;
  const rule = widths.map((width, column) => (right[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), line(rule), ...texts.map(line)].join("\n");
}

function isFigure(cell: TableCell): boolean {
  return cell === undefined || typeof cell === "number";
}

function textOf(cell: TableCell): string {
  if (cell === undefined || Number.isNaN(cell)) return "-";
  return String(cell);
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
