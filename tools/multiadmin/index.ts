export { type ClusterName, type MultiadminControl, multiadminControl } from "./control.ts";
export type { PodOfPool, PodSource } from "./pods.ts";
export type { Script, ShardScript } from "./script.ts";
export { type LeaderChange, type Multiadmin, type SeenRequest, startMultiadmin } from "./server.ts";
