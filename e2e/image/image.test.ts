import { join } from "node:path";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { only, type PodSpec, render } from "../deploy/rendered.ts";
import { demo, std } from "../fixtures/demo.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { type ControllerContainer, startPod, userOf } from "./controller-container.ts";
import { docker, requireDocker } from "../support/docker/docker.ts";
import { localBases } from "./local-bases.ts";

const image = "multigres-e2e/cell-controller:test";
const controller = "cell-controller";

describe(`the image of ${controller}`, () => {
  let pod: PodSpec;

  beforeAll(async () => {
    await requireDocker();
    const buildArguments = { ...(await localBases()), CONTROLLER: controller };
    const given = Object.entries(buildArguments).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    await docker(["build", "--tag", image, ...given, join(import.meta.dirname, "../..")]);
    pod = only(await render("overlays/default"), "Deployment", controller).spec.template.spec;
  });

  it("starts as its Deployment starts it, and as the user that it demands", async () => {
    const [config] = JSON.parse(await docker(["inspect", "--type=image", image])) as [
      { Config: Record<string, unknown> },
    ];
    expect(config.Config).toMatchObject({
      Cmd: pod.containers[0]?.args,
      User: userOf(pod),
    });
  });

  describe("with its ServiceAccount's token, on the control plane", () => {
    let cluster: OwnCluster;
    let running: ControllerContainer;

    beforeAll(async () => {
      cluster = await startOwnCluster({ only: ["cluster-controller"] });
      running = await startPod({ image, pod, namespace: "multigres-system", plane: cluster.plane });
    });
    afterAll(async () => {
      await running?.container.stop();
      await cluster?.stop();
    });

    it("runs as an ordinary user on a root that it can't write to", async () => {
      const script = `const write = (file) => { try { require("fs").writeFileSync(file, ""); return "written"; } catch ({ code }) { return code; } };
        console.log(process.getuid(), process.getgid(), ["/app/main.mjs", "/tmp/x", "/home/nonroot/x"].map(write).join(" "));`;
      expect(await running.evaluate(script)).toBe("65532 65532 EROFS EROFS EROFS");
    });

    it("reconciles a Cell: its gateways run, and its status says so", async () => {
      const namespace = await cluster.namespace("image");
      // No topology server runs here, so somebody else has to register the cells.
      const registered = demo(({ spec }) => {
        for (const cell of spec.cells) cell.spec = { ...cell.spec, topologyReconciliation: { registerCell: false } };
      }, namespace);
      await cluster.apply(std(undefined, namespace), registered);
      await eventually(async () => {
        const { items } = await cluster.api.list(kinds.Cell, { namespace });
        const ready = items.map(({ spec, status }) => [spec.name, status?.gatewayReadyReplicas]);
        expect(Object.fromEntries(ready)).toEqual({ z1: 2, z2: 1 });
      });
    });

    it("ends in order when asked to", async () => {
      expect(await running.stop()).toBe(0);
    });
  });
});
