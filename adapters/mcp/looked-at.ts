/** The last look before a call is sent: is the server there, and is the tool what was accepted? */
import type { Client } from "@modelcontextprotocol/client";
import type { ToolEffect } from "../../src/core/agent.ts";
import type { Absence } from "../../src/core/ports/toolbox.ts";
import { NotBegun } from "../../src/tools/endings.ts";
import type { Connection } from "./connection.ts";
import { unlessAborted } from "./unless-aborted.ts";

interface Looked {
  server: string;
  effect: ToolEffect;
  connection: Connection;
  absence(): Absence | null;
}

/** What changes the world is compared with what was accepted directly before it is sent. Throws NotBegun. */
export async function lookedAt(
  { connection, effect, server, absence }: Looked,
  signal: AbortSignal,
): Promise<Client> {
  const look = async () => {
    const found = await connection.ready(signal);
    if (effect === "read") return found;
    // A server that was started anew is found out here, and connected again.
    return connection.relist().then(
      () => found,
      async () => {
        const again = await connection.ready(signal);
        await connection.relist();
        return again;
      },
    );
  };
  const client = await unlessAborted(look(), signal, "it was given up").catch((error: unknown) => {
    throw new NotBegun(
      `${server} is away: ${error instanceof Error ? error.message : error}. Nothing was sent.`,
    );
  });
  const found = absence();
  if (found?.code === "changed") throw new NotBegun(`Nothing was sent: ${found.words}`);
  return client;
}
