import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { MalformedRecordError } from "../errors.ts";

/** What a record's bytes become. */
interface Edit {
  readonly bytes: Uint8Array;
  /** False: the record already says everything that is wanted. */
  readonly changed: boolean;
}

/** How one kind of record is read and written. */
export interface RecordCodec<T> {
  /** Throws MalformedRecordError. */
  decode(key: string, bytes: Uint8Array): T;
  /**
   * Writes `desired` over what is there; fields that this package doesn't know stay as they are.
   * Without `existing`, or when that can't be read, a new record.
   */
  edit(desired: T, existing: Uint8Array | undefined): Edit;
}

export interface MessageMapping<Desc extends DescMessage, T> {
  readonly schema: Desc;
  readonly read: (message: MessageShape<Desc>) => T;
  /** Sets every field of the record in the message. */
  readonly write: (message: MessageShape<Desc>, desired: T) => void;
}

export function decodeMessage<Desc extends DescMessage>(schema: Desc, key: string, bytes: Uint8Array) {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw new MalformedRecordError(key, { cause });
  }
}

export function recordCodec<Desc extends DescMessage, T>(mapping: MessageMapping<Desc, T>): RecordCodec<T> {
  const { schema } = mapping;
  return {
    decode: (key, bytes) => mapping.read(decodeMessage(schema, key, bytes)),
    edit: (desired, existing) => {
      const message = parse(schema, existing);
      // Compared in our own encoding: Go orders some fields differently, which is no difference.
      const before = message && toBinary(schema, message);
      const edited = message ?? create(schema);
      mapping.write(edited, desired);
      const bytes = toBinary(schema, edited);
      return { bytes, changed: before === undefined || Buffer.compare(before, bytes) !== 0 };
    },
  };
}

function parse<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array | undefined): MessageShape<Desc> | undefined {
  try {
    return bytes && fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}
