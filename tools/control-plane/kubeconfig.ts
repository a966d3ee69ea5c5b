/** Where and as whom to reach an API server. */
export interface Access {
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
  readonly namespace?: string;
}

/** A kubeconfig with one context. JSON, which is YAML too, with the CA embedded, so that it is one file. */
export function kubeconfig(access: Access): string {
  const name = "multigres-control-plane";
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name,
          cluster: {
            server: access.server,
            "certificate-authority-data": Buffer.from(access.certificateAuthority).toString("base64"),
          },
        },
      ],
      users: [{ name, user: { token: access.token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: access.namespace } }],
      "current-context": name,
    },
    undefined,
    2,
  )}\n`;
}
