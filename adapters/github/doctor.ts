/** What the doctor asks of GitHub: whether the token may read each repository, and what it may do there. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import type { Connection } from "../../src/tools/connection.ts";
import { ask } from "./errors.ts";
import { type Hub, named } from "./hub.ts";

/** More of them are as good or as bad, most likely, and each takes of the rate limit. */
const mostTried = 10;

export function tryingGithub(hub: Hub): Connection {
  return {
    check: "GitHub",
    diagnose: async (signal) => {
      const found = await Promise.all(
        hub.repos.slice(0, mostTried).map((repo) => repoFinding(hub, repo, signal)),
      );
      const more = hub.repos.length - mostTried;
      return more > 0 ? [...found, fine("GitHub", `${more} more repositories were not tried`)] : found;
    },
  };
}

async function repoFinding(hub: Hub, repo: string, signal: AbortSignal): Promise<Finding> {
  const check = `GitHub ${repo}`;
  try {
    const { data } = await ask(hub, signal, (octokit) => octokit.rest.repos.get(named(repo)));
    const may = Object.entries(data.permissions ?? {}).flatMap(([right, isGiven]) =>
      isGiven ? [right] : [],
    );
    const rights =
      may.length > 0 ? `whose owner may ${may.join(", ")}` : "of which GitHub does not say what it may";
    const archived = data.archived ? "; it is archived, and takes no changes" : "";
    return fine(check, `can be read with ${hub.token.name}, ${rights}${archived}`);
  } catch (error) {
    const [found = "", next] = (error instanceof Error ? error.message : String(error)).split(" Next: ");
    const fix = `Check ${hub.token.name} and the name of the repository${next === undefined ? "" : `: ${next}`}.`;
    return broken(check, found, fix);
  }
}
