import { Readable } from "node:stream";

/** A tar archive of one empty folder that is root's. */
export function emptyFolder(
  name: string,
  { group, mode }: { readonly group: number; readonly mode: number },
): Readable {
  const header = Buffer.alloc(512);
  const text = (offset: number, value: string) => header.write(value, offset, "ascii");
  const octal = (offset: number, digits: number, value: number) =>
    text(offset, value.toString(8).padStart(digits, "0"));
  text(0, `${name}/`);
  octal(100, 7, mode);
  octal(108, 7, 0);
  octal(116, 7, group);
  octal(124, 11, 0);
  octal(136, 11, 0);
  // Counts as spaces in its own sum.
  text(148, " ".repeat(8));
  text(156, "5");
  text(257, "ustar\u000000");
  octal(
    148,
    6,
    header.reduce((sum, byte) => sum + byte, 0),
  );
  header[154] = 0;
  return Readable.from([Buffer.concat([header, Buffer.alloc(1024)])]);
}
