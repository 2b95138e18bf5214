/** What the doctor says of runs that a change of the configuration left behind: the bot that runs here knows them. */
import { loadPlace } from "../config.ts";
import { broken, type Finding, fine } from "../core/ports/finding.ts";
import { brief } from "../core/text/brief.ts";
import { type Health, healthSchema } from "../http/wire/server.ts";

const mostLeft = 20;

/** What the bot that runs here says of its runs. `health`: its answer; null: none came. */
export function runFindings(health: Health | null): Finding[] {
  if (health?.left_behind === undefined) {
    const detail =
      "the bot does not answer here; its start says which ones a change of the configuration left behind";
    return [fine("runs", detail)];
  }
  const left = health.left_behind;
  if (left.length === 0) return [fine("runs", "no change of the configuration left one behind")];
  const more = left.length - mostLeft;
  return [
    ...left.slice(0, mostLeft).map(({ run, title, why }) => {
      const name = title === null ? run : `${brief(title, 80)} (${run})`;
      return broken("runs", `${name}: ${why}`, "Answer or stop it, or put back what was removed.");
    }),
    ...(more > 0 ? [broken("runs", `and ${more} more`, "/health lists them.")] : []),
  ];
}

/** The answer of the bot that runs on this machine with this configuration; null: none came. */
export async function healthHere(): Promise<Health | null> {
  const { url, token } = loadPlace();
  try {
    const headers = { authorization: `Bearer ${token ?? ""}` };
    const answer = await fetch(`${url}/health`, { headers, signal: AbortSignal.timeout(3_000) });
    return healthSchema.parse(await answer.json());
  } catch {
    // Nobody listens, or somebody else does.
    return null;
  }
}
