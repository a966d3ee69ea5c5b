import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports of the loopback address that are free now. They are drawn below the range from which systems give out ports for outgoing
 * connections, since one of those could take a port between this check and its use.
 */
export async function freePorts(count: number, random: () => number = Math.random): Promise<number[]> {
  const found: number[] = [];
  for (let attempt = 0; found.length < count && attempt < 1000; attempt++) {
    const port = 20_000 + Math.floor(random() * 12_000);
    if (!found.includes(port) && (await isFree(port))) found.push(port);
  }
  if (found.length < count) throw new Error("no free ports between 20000 and 32000 on 127.0.0.1");
  return found;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
