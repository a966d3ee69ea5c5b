import { text, withRules } from "./markers.ts";

/** Name of a Kubernetes object that a field refers to (DNS subdomain). */
export const objectName = text(253).regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);

/** A cluster's or cell's own name. Workloads and DNS names are built from it, hence the limits (40 and 30). */
export const dnsName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Names that `<cluster>-<cell>` must not take from the cluster's own objects. */
export const reservedCellNames = ["global", "multiadmin", "multiorch"] as const;

/** Name of a cell where something refers to it. */
export const cellName = text(30).regex(dnsName);

/** Name of a cell where it is defined. */
export const ownCellName = withRules(cellName, {
  rule: `!(self in [${reservedCellNames.map((name) => `'${name}'`).join(", ")}])`,
  message:
    "A cell can't be called global, multiadmin or multiorch: the cluster's own objects have these names. Choose another name.",
});

/** Databases that every PostgreSQL server already has. */
export const reservedDatabaseNames = ["template0", "template1"] as const;

/** Name of a database, as PostgreSQL has it. In names of Kubernetes objects it is lower-case, with - for _. */
export const databaseName = withRules(text(63).regex(/^[A-Za-z_]([A-Za-z0-9_-]*[A-Za-z0-9])?$/), {
  rule: `!(self in [${reservedDatabaseNames.map((name) => `'${name}'`).join(", ")}])`,
  message: "PostgreSQL keeps template0 and template1 for itself. Choose another database name.",
});

/** Value of a node's topology label. */
export const topologyLabelValue = text(63).regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/);
