export { type MultiadminControl, multiadminControl } from "./control.ts";
export type { Script, ShardScript } from "./script.ts";
export { type LeaderChange, type ListedPod, type ListPods, startMultiadmin } from "./server.ts";
