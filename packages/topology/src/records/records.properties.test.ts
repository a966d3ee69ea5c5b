import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellCodec } from "./cell.ts";
import { databaseCodec } from "./database.ts";
import { durabilityPolicyRecord } from "./durability-policy.ts";

const text = fc.string({ maxLength: 20 });
const cell = fc.record({ name: text, serverAddresses: fc.array(text, { maxLength: 4 }), root: text });
const location = fc.oneof(
  fc.record({ kind: fc.constant("filesystem" as const), path: text }),
  fc.record({
    kind: fc.constant("s3" as const),
    bucket: text,
    region: text,
    endpoint: text,
    keyPrefix: text,
    useEnvCredentials: fc.boolean(),
  }),
);
const database = fc.record({
  name: text,
  backupLocation: location,
  cells: fc.array(text, { maxLength: 4 }),
  durabilityPolicy: fc
    .constantFrom("AT_LEAST_2" as const, "MULTI_CELL_AT_LEAST_2" as const)
    .map(durabilityPolicyRecord),
});

/** Fields of a version that doesn't exist yet, as bytes to append to a message. */
const unknownFields = fc
  .array(fc.record({ number: fc.integer({ min: 100, max: 5000 }), bytes: fc.uint8Array({ maxLength: 10 }) }), {
    maxLength: 4,
  })
  .map((fields) => {
    const writer = new BinaryWriter();
    for (const { number, bytes } of fields) writer.tag(number, WireType.LengthDelimited).bytes(bytes);
    return writer.finish();
  });

const kinds = [
  { kind: "Cell", codec: cellCodec, values: cell },
  { kind: "Database", codec: databaseCodec, values: database },
] as const;

describe.each(kinds)("$kind records", ({ codec, values }) => {
  const edit = (desired: unknown, existing: Uint8Array | undefined) => codec.edit(desired as never, existing);

  it("say after writing what was written, whatever was there", () => {
    fc.assert(
      fc.property(values as fc.Arbitrary<unknown>, values as fc.Arbitrary<unknown>, (first, second) => {
        const before = edit(first, undefined).bytes;
        const after = edit(second, before);
        expect(codec.decode("/k", after.bytes)).toEqual(second);
        expect(edit(second, after.bytes)).toEqual({ bytes: after.bytes, changed: false });
      }),
    );
  });

  it("keep what isn't known, and change only what is", () => {
    fc.assert(
      fc.property(
        values as fc.Arbitrary<unknown>,
        values as fc.Arbitrary<unknown>,
        unknownFields,
        (first, second, unknown) => {
          const before = Buffer.concat([edit(first, undefined).bytes, unknown]);
          const { bytes } = edit(second, before);
          const known = edit(second, edit(first, undefined).bytes).bytes;
          expect(Buffer.from(bytes)).toEqual(Buffer.concat([known, unknown]));
        },
      ),
    );
  });
});
