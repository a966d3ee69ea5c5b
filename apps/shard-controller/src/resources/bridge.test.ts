import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { aPool, aShard } from "../testing/builders.ts";
import { bridgeContainer } from "./bridge.ts";

const container = bridgeContainer(aShard().spec, aPool(), "ghcr.io/multigres/pgctld:1");

test("the bridge comes from the pgctld image and asks for no more than the container that follows it", () => {
  expect(container).toMatchObject({
    name: "bridge",
    image: "ghcr.io/multigres/pgctld:1",
    resources: aPool().postgres.resources,
    securityContext: { readOnlyRootFilesystem: true },
    volumeMounts: [{ name: "bridge", mountPath: "/bridge" }],
  });
  expect(container.restartPolicy).toBeUndefined();
  expect(container.command?.slice(0, 2)).toEqual(["sh", "-ec"]);
});

// Any dynamically linked program stands in for pgBackRest.
test.runIf(process.platform === "linux")(
  "the bridge's script copies pgctld and a pgBackRest that runs by itself",
  () => {
    const root = mkdtempSync(join(tmpdir(), "bridge-"));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const [image, bridge] = [join(root, "image"), join(root, "bridge")];
    for (const folder of [image, bridge]) mkdirSync(folder);
    writeFileSync(join(image, "pgctld"), "#!/bin/sh\necho pgctld\n");
    chmodSync(join(image, "pgctld"), 0o755);
    copyFileSync("/bin/echo", join(image, "pgbackrest"));
    chmodSync(join(image, "pgbackrest"), 0o755);

    const script = (container.command?.[2] ?? "").replaceAll("/bridge", bridge);
    execFileSync("sh", ["-ec", script], { env: { PATH: `${image}${delimiter}${process.env.PATH}` } });
    rmSync(image, { recursive: true });

    const run = (program: string, ...args: string[]) => execFileSync(join(bridge, program), args, { encoding: "utf8" });
    expect(run("pgctld")).toBe("pgctld\n");
    expect(run("pgbackrest", "backup", "a b")).toBe("backup a b\n");
    const linked = execFileSync("sh", ["-c", `ls ${join(bridge, "lib")}`], { encoding: "utf8" });
    expect(linked).toMatch(/libc\./);
    expect(linked).toMatch(/ld-/);
  },
);
