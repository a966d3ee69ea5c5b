export { type MultiadminControl, multiadminControl } from "./control.ts";
export type { Script, ShardScript } from "./script.ts";
export { type LeaderChange, startMultiadmin } from "./server.ts";
