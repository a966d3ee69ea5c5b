import { describe, expect, test } from "vitest";
import { resolveImages } from "./resolve-images.ts";
import { deepFreeze } from "./testing/deep-freeze.ts";

const defaults = deepFreeze({
  multigateway: "default/multigres:1",
  multiorch: "default/multigres:1",
  multipooler: "default/multigres:1",
  multiadmin: "default/multigres:1",
  postgres: "default/pgctld:1",
  pgctld: "default/pgctld:1",
});

describe("resolveImages", () => {
  test.each([undefined, {}])("%j: every image is the controller's, and nothing is said about pulling", (images) => {
    expect(resolveImages(images, defaults)).toStrictEqual(defaults);
  });

  test.each(["multigateway", "multiorch", "multipooler", "multiadmin", "postgres", "pgctld"] as const)(
    "the user's %s image replaces that one only",
    (component) => {
      const images = { [component]: "own/image:2" };
      expect(resolveImages(images, defaults)).toEqual({ ...defaults, [component]: "own/image:2" });
    },
  );

  test("pull policy and secrets pass through", () => {
    const pull = { imagePullPolicy: "Always" as const, imagePullSecrets: [{ name: "b" }, { name: "a" }] };
    expect(resolveImages(deepFreeze(pull), defaults)).toEqual({ ...defaults, ...pull });
  });
});
