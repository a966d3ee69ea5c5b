export { ensureKstatus } from "./program.ts";
