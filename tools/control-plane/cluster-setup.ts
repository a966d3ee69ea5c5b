import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiRequest } from "./api-request.ts";
import { files } from "./component-arguments.ts";
import { ControlPlaneError } from "./errors.ts";
import type { Access } from "./kubeconfig.ts";
import { type NodeSpec, nodeObject } from "./nodes.ts";
import type { ProcessGroup } from "./process-group.ts";
import { storageClasses } from "./volumes.ts";

// What a control plane needs beside its processes before tests can use it.

/** Throws RequestError. */
export async function createStorageClasses(access: Access): Promise<void> {
  for (const body of storageClasses) {
    await apiRequest(access, { method: "POST", path: "/apis/storage.k8s.io/v1/storageclasses", body });
  }
}

/** Starts the program that gives claims their volumes; it ends with the group. */
export async function startVolumeProvisioner(group: ProcessGroup, directory: string, access: Access): Promise<void> {
  const accessFile = join(directory, "volume-provisioner.json");
  await writeFile(accessFile, JSON.stringify(access), { mode: 0o600 });
  await group.spawn({
    command: process.execPath,
    args: [fileURLToPath(new URL("./volume-provisioner.ts", import.meta.url)), accessFile],
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", NODE_NO_WARNINGS: "1" },
    logFile: files(directory).log("volume-provisioner"),
  });
}

/** Throws RequestError. */
export async function createNode(access: Access, node: NodeSpec, index: number): Promise<void> {
  await apiRequest(access, { method: "POST", path: "/api/v1/nodes", body: nodeObject(node, index) });
  // Admission gives every new node the not-ready taint, and the controller that would take it away is off.
  await apiRequest(access, {
    method: "PATCH",
    path: `/api/v1/nodes/${node.name}`,
    body: { spec: { taints: null } },
    contentType: "application/merge-patch+json",
  });
}

/** A token from the TokenRequest API. Throws RequestError when the ServiceAccount doesn't exist. */
export async function requestToken(access: Access, namespace: string, name: string, seconds = 86_400): Promise<string> {
  const answer = (await apiRequest(access, {
    method: "POST",
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: seconds } },
  })) as { status?: { token?: string } };
  const token = answer.status?.token;
  if (token === undefined) throw new ControlPlaneError(`no token for the ServiceAccount ${namespace}/${name}`);
  return token;
}
