/** Ports of a gateway, by name: the first two are for us, the others for clients. */
export const ports = { http: 15100, grpc: 15170, postgres: 5432, "pg-replica": 5433 } as const;
