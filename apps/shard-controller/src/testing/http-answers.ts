import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpAnswer {
  readonly status?: number;
  readonly body?: string;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** A server on loopback that answers as it is told; undefined: it cuts the connection. */
export async function httpAnswers(
  answer: (request: HttpRequest, count: number) => HttpAnswer | undefined | Promise<HttpAnswer | undefined>,
) {
  const requests: HttpRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    incoming.once("end", () => {
      const { method = "", url = "", headers } = incoming;
      const request = { method, path: url, contentType: headers["content-type"], body };
      requests.push(request);
      void Promise.resolve(answer(request, requests.length)).then((told) => {
        if (told === undefined) incoming.socket.destroy();
        else outgoing.writeHead(told.status ?? 200, { "content-type": "application/json" }).end(told.body ?? "{}");
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
