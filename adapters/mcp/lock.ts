/** The lock file: the definitions of foreign tools as people accepted them, one place for all servers. */
import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checkedBy, lineOf } from "../../src/core/misfits.ts";
import { isCode } from "../../src/core/system-error.ts";
import { readJson } from "../../src/core/text/json.ts";
import { letGo, takeClaim } from "./claim.ts";
import { type Definition, hashOf, sorted } from "./definition.ts";

const fileName = "mcp.lock.json";

const lockedSchema = z.strictObject({
  sha256: z.string(),
  description: z.string(),
  schema: z.record(z.string(), z.unknown()),
  claims: z.array(z.string()).readonly(),
});
const lockSchema = z.strictObject({
  version: z.literal(1),
  servers: z.record(z.string(), z.record(z.string(), lockedSchema)),
});
type Lock = z.infer<typeof lockSchema>;

/** By the server's own names of its tools. `edited`: entries that are not as they were written; they do not count. */
export interface Accepted {
  tools: ReadonlyMap<string, Definition>;
  edited: ReadonlySet<string>;
}

/** `folder`: of belay.config.ts. No file: nothing is accepted. Throws an Error that says what to mend. */
export function acceptedIn(folder: string, server: string): Accepted {
  const tools = new Map<string, Definition>();
  const edited = new Set<string>();
  for (const [name, locked] of Object.entries(readLock(folder).servers[server] ?? {})) {
    const { sha256, description, schema, claims } = locked;
    const definition: Definition = { name, description, schema, claims };
    if (hashOf(definition) === sha256) tools.set(name, definition);
    else edited.add(name);
  }
  return { tools, edited };
}

/** Replaces what was accepted of this server; the others stay. Written whole or not at all. Throws an Error with words. */
export function writeAccepted(folder: string, server: string, definitions: readonly Definition[]): void {
  const tools = definitions.map((definition) => {
    const { name, description, schema, claims } = definition;
    return [name, { sha256: hashOf(definition), description, schema, claims }] as const;
  });
  const path = target(join(folder, fileName));
  alone(`${path}.busy`, () => {
    const servers = { ...readLock(folder).servers, [server]: Object.fromEntries(tools) };
    // In order, so that a review shows what changed and nothing else.
    const text = `${JSON.stringify(sorted({ version: 1, servers } satisfies Lock), null, 2)}\n`;
    // What could not be read would take all that is accepted with it, and hold up the next start.
    lockIn(text);
    const next = `${path}.${process.pid}.new`;
    try {
      // On the disk before it has the name: whoever loses power then has the old file, and never half of one.
      writeFileSync(next, text, { flush: true });
      renameSync(next, path);
    } catch (error) {
      rmSync(next, { force: true });
      throw error;
    }
  });
}

/** A link stays one: what is written is what it leads to. */
function target(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isCode(error, "ENOENT")) return path;
    throw error;
  }
}

/** The command and the bot, or two bots of one folder, may accept at once: none may write over what the other wrote. */
function alone(claim: string, write: () => void): void {
  if (!takeClaim(claim)) throw new Error(`${fileName}: another process is writing it just now; try again`);
  try {
    write();
  } finally {
    letGo(claim);
  }
}

function readLock(folder: string): Lock {
  let text: string;
  try {
    text = readFileSync(join(folder, fileName), "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return { version: 1, servers: {} };
    throw error;
  }
  return lockIn(text);
}

function lockIn(text: string): Lock {
  const read = readJson(text);
  if ("flaw" in read) throw unreadable(`${read.flaw.pointer} ${read.flaw.detail}`.trim());
  const lock = checkedBy(lockSchema, read.value);
  if ("data" in lock) return lock.data;
  throw unreadable(lock.misfits.map((misfit) => lineOf(misfit, "the file")).join("; "));
}

function unreadable(why: string): Error {
  return new Error(`${fileName}: it can't be read: ${why}; put back the version of your repository`);
}
