import { expect, test } from "vitest";
import { npmEnvironment } from "./environment.mjs";

test("the chosen Node comes first on the PATH", () => {
  expect(npmEnvironment({ PATH: "/usr/bin" }, "/cache/node/bin/node")["PATH"]).toBe("/cache/node/bin:/usr/bin");
});

test("what the outer npm says about itself doesn't reach an inner one, and the user's settings do", () => {
  const outer = {
    npm_package_name: "x",
    npm_lifecycle_event: "demo",
    npm_command: "run",
    npm_config_local_prefix: "/work",
    npm_config_loglevel: "silent",
    INIT_CWD: "/work",
  };
  const users = { npm_config_registry: "r", npm_config_cafile: "/ca", HOME: "/h", GOPROXY: "p" };
  expect(npmEnvironment({ ...outer, ...users }, "/n/node")).toEqual({ ...users, PATH: "/n:" });
});
