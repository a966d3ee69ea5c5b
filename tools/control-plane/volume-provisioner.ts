import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiRequest, apiRequest } from "./api-request.ts";
import { RequestError } from "./errors.ts";
import type { Access } from "./kubeconfig.ts";
import { type Claim, volumeActionFor } from "./volumes.ts";

// Program: node volume-provisioner.ts ACCESS_FILE. The hostpath provisioner inside kube-controller-manager never grows a volume and
// leaves a folder below /tmp for each; its binder takes nine requests for what takes three here.

const claimsPath = "/api/v1/persistentvolumeclaims";

// A handshake costs the server as much as a request.
const agent = new Agent({ keepAlive: true });
const send = (access: Access, options: ApiRequest) => apiRequest(access, { ...options, agent });

async function serve(access: Access, claim: Claim): Promise<void> {
  const decision = volumeActionFor(claim);
  switch (decision.action) {
    case "none":
      return;
    case "provision":
      await send(access, {
        method: "POST",
        path: "/api/v1/persistentvolumes",
        body: decision.volume,
      }).catch(unlessConflict);
      await patch(access, pathOf(claim), decision.binding);
      return;
    case "bound":
      await patch(access, `${pathOf(claim)}/status`, { status: decision.status });
      return;
    case "grow": {
      const capacity = { storage: decision.storage };
      await patch(access, `/api/v1/persistentvolumes/${decision.volumeName}`, { spec: { capacity } });
      await patch(access, `${pathOf(claim)}/status`, { status: { capacity } });
    }
  }
}

function pathOf({ metadata: { namespace, name } }: Claim): string {
  return `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
}

function patch(access: Access, path: string, body: object): Promise<unknown> {
  return send(access, { method: "PATCH", path, body, contentType: "application/merge-patch+json" });
}

function unlessConflict(error: unknown): void {
  if (!(error instanceof RequestError && error.status === 409)) throw error;
}

/** Resolves when the server ends the watch. */
function watchClaims(access: Access, resourceVersion: string, seen: (claim: Claim) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(`${claimsPath}?watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=300`, access.server),
      {
        agent: false,
        ca: access.certificateAuthority,
        headers: { authorization: `Bearer ${access.token}`, "user-agent": "multigres-test-volumes" },
      },
      (incoming) => {
        createInterface({ input: incoming })
          // It passes on what its input reports; unheard that would end the program.
          .on("error", reject)
          .on("line", (line) => {
            const event = parsed(line);
            if (event?.type === "ADDED" || event?.type === "MODIFIED") seen(event.object);
            if (event === undefined || event.type === "ERROR") outgoing.destroy();
          })
          .once("close", resolve);
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Nothing for a line that broke off with its connection. */
function parsed(line: string): { type: string; object: Claim } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Serves a claim as it is, and after a failure again as it is then: no other event need come of one that waits. */
async function serveUntilDone(access: Access, seen: Claim): Promise<void> {
  for (let claim: Claim | undefined = seen; claim !== undefined; ) {
    try {
      await serve(access, claim);
      return;
    } catch (error) {
      console.error(claim.metadata.namespace, claim.metadata.name, String(error));
    }
    await sleep(500);
    claim = await read(access, claim);
  }
}

/** The claim as it is now; nothing when it is gone. */
async function read(access: Access, claim: Claim): Promise<Claim | undefined> {
  try {
    return (await send(access, { method: "GET", path: pathOf(claim) })) as Claim;
  } catch (error) {
    return error instanceof RequestError && error.status === 404 ? undefined : claim;
  }
}

async function main(): Promise<void> {
  const access = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Access;
  const handle = (claim: Claim) => void serveUntilDone(access, claim);
  for (;;) {
    try {
      const list = (await send(access, { method: "GET", path: claimsPath })) as {
        items: Claim[];
        metadata: { resourceVersion: string };
      };
      list.items.forEach(handle);
      await watchClaims(access, list.metadata.resourceVersion, handle);
    } catch (error) {
      console.error(String(error));
      await sleep(500);
    }
  }
}

await main();
