/** What the doctor says of runs that a change of the configuration left behind: the bot that runs here knows them. */
import { loadPlace } from "../config.ts";
import { broken, type Finding, fine } from "../core/ports/finding.ts";
import { brief } from "../core/text/brief.ts";
import { leftBehindHelp } from "../core/text/left-behind.ts";
import { type Health, healthSchema } from "../http/wire/server.ts";
import type { Server } from "./client-requests.ts";

const mostLeft = 20;

/** What the bot that runs here says of its runs. `health`: its answer at `url`; null: none came. */
export function runFindings({ url, health }: HealthHere): Finding[] {
  if (health?.left_behind === undefined) {
    const who = health === null ? `no bot answers at ${url}` : `the bot at ${url} does not tell it here`;
    return [fine("runs", `${who}; its start says which ones a change of the configuration left behind`)];
  }
  const left = health.left_behind;
  if (left.length === 0) return [fine("runs", "no change of the configuration left one behind")];
  const more = left.length - mostLeft;
  return [
    ...left.slice(0, mostLeft).map(({ run, title, why }) => {
      const name = title === null ? run : `${brief(title, 80)} (${run})`;
      return broken("runs", `${name}: ${why}`, leftBehindHelp);
    }),
    ...(more > 0 ? [broken("runs", `and ${more} more`, "/health lists them.")] : []),
  ];
}

export interface HealthHere {
  url: string;
  health: Pick<Health, "status" | "left_behind"> | null;
}

/** No more than is told of it: a bot of a former release leaves out what is new since. */
const told = healthSchema.pick({ status: true, left_behind: true });

/** The answer of the bot that runs on this machine with this configuration; null: none came. */
export async function healthHere({ url, token }: Server = loadPlace()): Promise<HealthHere> {
  try {
    const headers = { authorization: `Bearer ${token ?? ""}` };
    const answer = await fetch(`${url}/health`, { headers, signal: AbortSignal.timeout(3_000) });
    return { url, health: told.parse(await answer.json()) };
  } catch {
    // Nobody listens, or somebody else does.
    return { url, health: null };
  }
}
