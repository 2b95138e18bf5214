/** Where runs speak that clients of the Model Context Protocol start. */
import { randomUUID } from "node:crypto";
import { type Address, threadAt } from "../../core/actor.ts";
import type { Server } from "../guard/context.ts";
import { sha256 } from "../guard/sessions.ts";
import type { Asker } from "../routes/run-commands.ts";

/** The configured place, with a thread for each run where it has threads; nothing where none is configured. */
export function speakingAt({ config }: Server, { actor, key }: Asker): Address[] {
  const { speaksAt } = config.mcp;
  if (speaksAt === null) return [];
  const id = key === null ? randomUUID() : sha256(JSON.stringify([actor.principal, key])).slice(0, 32);
  return [threadAt(speaksAt, id)];
}
