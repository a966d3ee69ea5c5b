import { join } from "node:path";
import { defineConfig } from "tsup";
import { declareSideEffectFree } from "./tools/bundle/side-effect-free.ts";

declareSideEffectFree("@kubernetes/client-node", join(process.cwd(), "package.json"));

// One file per controller. CommonJS dependencies inside an ESM bundle still call require(), hence the banner.
export default defineConfig({
  entry: { main: "src/main.ts" },
  format: "esm",
  outExtension: () => ({ js: ".mjs" }),
  target: "node24",
  platform: "node",
  noExternal: [/.*/],
  external: ["utf-8-validate", "bufferutil", "supports-color"],
  minify: true,
  sourcemap: true,
  clean: true,
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  esbuildOptions(options) {
    options.conditions = ["@multigres/source"];
    options.keepNames = true;
    // Beside the program: one letter above ASCII in somebody's name, and V8 keeps all of the source in two bytes a letter.
    options.legalComments = "external";
  },
});
