import { readFileSync } from "node:fs";

/** A record as Multigres itself encodes it, and what it says, as protobuf's JSON. See testdata/README.md. */
export interface Fixture {
  readonly name: string;
  readonly message: "Cell" | "Database" | "Multipooler" | "Multigateway" | "Multiorch";
  /** Relative to the root. */
  readonly key: string;
  readonly hex: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Has fields that this package doesn't know. */
  readonly unknownFields?: true;
}

const all = JSON.parse(
  readFileSync(new URL("../../testdata/records.json", import.meta.url), "utf8"),
) as readonly Fixture[];

/** Throws when there are none. */
export function fixtures(...messages: readonly Fixture["message"][]): readonly Fixture[] {
  const found = all.filter(({ message }) => messages.includes(message));
  if (found.length === 0) throw new Error(`no fixture of ${messages.join(", ")}`);
  return found;
}

/** Throws when there is none. */
export function fixture(name: string): Fixture {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no fixture "${name}"`);
  return found;
}

export function bytesOf({ hex }: Fixture): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
