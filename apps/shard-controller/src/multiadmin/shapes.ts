import { z } from "zod";

/**
 * Pieces of canonical proto3 JSON: int64 are strings, zero values may be left out or stand there, a message that isn't
 * set may be null, and newer versions add fields.
 */

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** The name of an enum's value; one that the server doesn't know by name is a number. */
export const enumName = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? ""));

export const int32 = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

const int64 = z
  .union([z.string().regex(/^-?[0-9]+$/), z.number().int()])
  .nullish()
  .transform((value) => String(value ?? 0));

export function message<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z
    .object(shape)
    .nullish()
    .transform((value) => value ?? undefined);
}

export function repeated<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

/** `clustermetadata.ID` of a pooler. */
export const poolerId = z.object({ cell: text, name: text });

/** `clustermetadata.RuleNumber` */
export const ruleNumber = message({ coordinatorTerm: int64, leaderSubterm: int64 });
