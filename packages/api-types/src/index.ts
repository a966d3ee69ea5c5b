export * from "./schema/common.ts";
export * from "./schema/placement.ts";
export * from "./schema/pool.ts";
export * from "./schema/components.ts";
export * from "./schema/multigrescluster.ts";
export * from "./schema/children.ts";
export * from "./resources.ts";
export * from "./labels.ts";
