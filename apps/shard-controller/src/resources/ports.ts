/** Ports of a pool pod. None has a default in Multigres' binaries, and without http there are no probes. */
export const ports = {
  poolerGrpc: 15270,
  poolerHttp: 15200,
  pgctldGrpc: 15470,
  pgctldHttp: 15400,
  postgres: 5432,
  pgbackrest: 8432,
} as const;
