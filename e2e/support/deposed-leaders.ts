import { type ControllerProcess, lostItsLease, type Operator } from "@multigres/tools/operator";

/**
 * A machine that holds still for ten seconds costs a leader its Lease, and it ends. A kubelet starts the next one; here that
 * is us, for the processes with which an operator began. Whatever ends for another reason stays away, so that tests tell of it.
 */
export function restartDeposedLeaders(operator: Operator): AbortController {
  const ending = new AbortController();
  const watch = async (running: ControllerProcess): Promise<void> => {
    await running.exited;
    if (ending.signal.aborted || !lostItsLease(running)) return;
    console.log(`${running.name} lost its Lease on a busy machine and is started again`);
    await watch(await operator.start(running.name));
  };
  for (const running of operator.controllers.values()) void watch(running).catch(console.error);
  return ending;
}
