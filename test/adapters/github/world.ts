/** The GitHub pack on a server of the test's own, through the toolbox as the engine calls it. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import { github } from "../../../adapters/github/tools.ts";
import type { CallOutcome } from "../../../src/core/ports/toolbox.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { Github } from "../../support/github/server.ts";

export const token = "the-token-of-the-test";
export const repo = "shop/api";
export const call = {
  ...{ runId: "r1", callId: "c1", key: "r1:c1", epoch: 1 },
  signal: new AbortController().signal,
};

export function toolboxAt(baseUrl: string, keyInput?: string) {
  const place = { token: secretOf("GITHUB_TOKEN", token), repos: [repo, "shop/web"], baseUrl };
  return createToolbox(github({ ...place, ...(keyInput ? { keyInput } : {}) }), { redact: String });
}

export type GithubTools = ReturnType<typeof toolboxAt>;

/** A GitHub for the tests of a file, which forgets before each of them, and the tools that speak to it. */
export function theGithub(): { server: Github; readonly toolbox: GithubTools } {
  const server = new Github();
  let toolbox: GithubTools | null = null;
  beforeAll(() => server.listen());
  beforeEach(() => server.reset());
  afterAll(() => server.stop());
  return {
    server,
    get toolbox() {
      toolbox ??= toolboxAt(server.url);
      return toolbox;
    },
  };
}

/** The result of a call that passed the check and worked. */
export async function told(
  toolbox: GithubTools,
  tool: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const outcome = await run(toolbox, tool, input);
  if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.output);
}

export async function run(
  toolbox: GithubTools,
  tool: string,
  input: Record<string, unknown>,
): Promise<CallOutcome> {
  const checked = toolbox.check(tool, JSON.stringify(input));
  if (checked.error) throw new Error(checked.error.message);
  return toolbox.run(tool, checked.input, call);
}
