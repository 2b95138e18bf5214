/** A Discord on loopback for the unmodified discord.js: one HTTP server, the gateway and REST behind it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeGateway } from "./gateway.ts";

import { FakeRest } from "./rest.ts";

export interface FakeDiscord {
  /** For `apiUrl`. */
  readonly apiUrl: string;
  readonly gateway: FakeGateway;
  readonly rest: FakeRest;
  /** A person says something: readable over REST, told by the gateway. */
  say(message: { id: string; channel_id: string }): void;
  close(): Promise<void>;
}

/** `startAt`: the moment (ms) from which it gives out ids. */
export async function fakeDiscord(startAt: number = Date.now()): Promise<FakeDiscord> {
  const rest = new FakeRest(startAt);
  let wsUrl = "";
  const http = createServer((request, response) => {
    if (request.url?.endsWith("/gateway/bot")) return start(response);
    rest.handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  function start(response: import("node:http").ServerResponse): void {
    const session_start_limit = { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ url: wsUrl, shards: 1, session_start_limit }));
  }
  const gateway = new FakeGateway(http, () => wsUrl);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  wsUrl = `ws://127.0.0.1:${port}/gateway`;
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    gateway,
    rest,
    say(message) {
      rest.put(message);
      gateway.dispatch("MESSAGE_CREATE", message);
    },
    async close() {
      await gateway.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
