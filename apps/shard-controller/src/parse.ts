import { shard } from "@multigres/api-types";
import { parseWith } from "@multigres/controller-kit";

export const parse = parseWith(shard);
