/** GitHub as tools, for listed repositories alone: look at code, changes and workflow runs; act with approval. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { checkDeclared } from "../../src/tools/declared.ts";
import { aSecret, aSetting, mustBe, serverUrl, words } from "../../src/tools/declared-values.ts";
import { dispatch, rerunFailed } from "./actions.ts";
import { deployments, pullFiles, pulls } from "./changes.ts";
import { compare, file, searchCode } from "./code.ts";
import { tryingGithub } from "./doctor.ts";
import { hubAt, type Place, publicUrl } from "./hub.ts";
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

const optionsSchema = z.strictObject({
  token: aSecret,
  repos: z.union([z.array(z.string()), aSetting], {
    error: mustBe('a list, like ["owner/name"], or setting("NAME")'),
  }),
  baseUrl: serverUrl(publicUrl).optional(),
  keyInput: words.optional(),
} satisfies Record<keyof Options, z.ZodType>);

/** Eight look, five act with approval. Throws an Error that says what to correct. */
export function github(options: Options): Tool[] {
  checkDeclared("github", optionsSchema, options);
  const { keyInput, ...place } = options;
  const hub = hubAt(place);
  const looking = [compare, pulls, pullFiles, deployments, runs, failedLog, searchCode, file];
  const acting = [rerunFailed, comment, openIssue, revertPull].map((make) => make(hub));
  const connection = tryingGithub(hub);
  const all = [...looking.map((make) => make(hub)), ...acting, dispatch(hub, keyInput ?? null)];
  return all.map((tool) => ({ ...tool, connection }));
}
