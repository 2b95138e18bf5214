/** Where a server of the demo listens: on loopback, at a port that is free. */
import type { Server } from "node:net";

/** Its address as a URL, once it listens. */
export async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}
