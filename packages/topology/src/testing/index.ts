export { MemoryEtcd } from "./memory-etcd.ts";
