/** GitHub as tools, for listed repositories alone: look at code, changes and workflow runs; act with approval. */
import type { Tool } from "../../src/tools/contract.ts";
import { dispatch, rerunFailed } from "./actions.ts";
import { deployments, pullFiles, pulls } from "./changes.ts";
import { compare, file, searchCode } from "./code.ts";
import { tryingGithub } from "./doctor.ts";
import { hubAt, type Place } from "./hub.ts";
import { comment, openIssue } from "./notes.ts";
import { revertPull } from "./revert.ts";
import { failedLog, runs } from "./runs.ts";

interface Options extends Place {
  /**
   * The name of an input that your workflows put into their `run-name`: gh_dispatch finds its run by it where the
   * server tells no id, and after a crash.
   */
  keyInput?: string;
}

/** Eight look, five act with approval. Throws an Error that says what to correct. */
export function github({ keyInput, ...place }: Options): Tool[] {
  const hub = hubAt(place);
  const looking = [compare, pulls, pullFiles, deployments, runs, failedLog, searchCode, file];
  const acting = [rerunFailed, comment, openIssue, revertPull].map((make) => make(hub));
  const connection = tryingGithub(hub);
  const all = [...looking.map((make) => make(hub)), ...acting, dispatch(hub, keyInput ?? null)];
  return all.map((tool) => ({ ...tool, connection }));
}
