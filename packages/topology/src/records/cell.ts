import { recordCodec } from "./codec.ts";
import { cellSchema } from "./messages.ts";

/** Multigres' `Cell`: where a cell's own topology is. Kept in the global topology. */
export interface CellRecord {
  readonly name: string;
  /** `host:port` of etcd's client endpoints, in this order. */
  readonly serverAddresses: readonly string[];
  /** Where the cell's topology starts there. */
  readonly root: string;
}

export const cellCodec = recordCodec<typeof cellSchema, CellRecord>({
  schema: cellSchema,
  read: ({ name, serverAddresses, root }) => ({ name, serverAddresses, root }),
  write: (message, { name, serverAddresses, root }) => {
    message.name = name;
    message.serverAddresses = [...serverAddresses];
    message.root = root;
  },
});
