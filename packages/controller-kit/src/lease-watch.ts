import type { Logger } from "pino";
import type { Name } from "./client.ts";
import type { LeaseWatch } from "./leader-election.ts";
import { type Lease, leaseKind } from "./lease.ts";
import { createReflector } from "./reflector/reflector.ts";
import { createStore } from "./store/object-store.ts";
import type { Transport } from "./transport/transport.ts";

/** Watches one Lease until the signal fires, so that a standby sees a release at once and needs no polling. */
export function createLeaseWatch(transport: Transport, lease: Name, log: Logger, signal: AbortSignal): LeaseWatch {
  let tell: (lease: Lease | undefined) => void = () => {};
  const store = createStore<Lease>({ onChange: (_before, after) => tell(after) });
  const reflector = createReflector({
    transport,
    kind: leaseKind,
    namespace: lease.namespace,
    fieldSelector: `metadata.name=${lease.name}`,
    sink: store,
    log,
  });
  return {
    isLive: () => store.hasSynced && reflector.problem === undefined,
    subscribe(onChange) {
      tell = onChange;
      void reflector.run(signal);
    },
  };
}
