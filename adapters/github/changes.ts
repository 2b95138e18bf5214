/** Changes as tools: pull requests, their files, and what was deployed where. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { ask } from "./errors.ts";
import { type Hub, looking, moreNotice, named, pageInput, repoInput } from "./hub.ts";

export function pulls(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_pulls", ...looking(hub) },
    description: "Pull requests, those that changed last first.",
    input: z.object({ repo: repoInput(hub), state: z.enum(["open", "closed", "all"]), page: pageInput }),
    run: async ({ repo, state, page }, { signal }) => {
      const asked = { ...named(repo), state, page: page ?? 1, per_page: 30 };
      const order = { sort: "updated", direction: "desc" } as const;
      const { data } = await ask(hub, signal, ({ rest }) => rest.pulls.list({ ...asked, ...order }));
      return {
        pulls: data.map((pull) => ({
          ...{ number: pull.number, title: pull.title, by: pull.user?.login, state: pull.state },
          ...{ draft: pull.draft, updated_at: pull.updated_at, merged_at: pull.merged_at },
          ...{ from: pull.head.ref, into: pull.base.ref, merge_commit: pull.merge_commit_sha },
        })),
        ...moreNotice(data.length, 30, page),
      };
    },
  });
}

const maxPatch = 2_000;

export function pullFiles(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_pull_files", ...looking(hub) },
    description: "The files that a pull request changes, with the beginning of each change.",
    input: z.object({ repo: repoInput(hub), number: z.int().min(1), page: pageInput }),
    run: async ({ repo, number, page }, { signal }) => {
      const asked = { ...named(repo), pull_number: number, page: page ?? 1, per_page: 50 };
      const { data } = await ask(hub, signal, ({ rest }) => rest.pulls.listFiles(asked));
      const files = data.map(({ filename, status, additions, deletions, patch = "" }) => ({
        ...{ filename, status, additions, deletions },
        patch:
          patch.length > maxPatch ? `${patch.slice(0, maxPatch)}… (${patch.length - maxPatch} more)` : patch,
      }));
      return { files, ...moreNotice(data.length, 50, page) };
    },
  });
}

export function deployments(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_deployments", ...looking(hub) },
    description: "What was deployed where and when, the newest first, each with its last status.",
    input: z.object({
      repo: repoInput(hub),
      environment: z.string().max(200).nullable().describe("Like production; null: all."),
      page: pageInput,
    }),
    run: async ({ repo, environment, page }, { signal }) => {
      const asked = {
        ...named(repo),
        page: page ?? 1,
        per_page: 10,
        ...(environment ? { environment } : {}),
      };
      const { data } = await ask(hub, signal, ({ rest }) => rest.repos.listDeployments(asked));
      const told = data.map(async ({ id, sha, ref, environment: to, created_at, creator }) => {
        const one = { ...named(repo), deployment_id: id, per_page: 1 };
        const { data: statuses } = await ask(hub, signal, ({ rest }) =>
          rest.repos.listDeploymentStatuses(one),
        );
        const status = statuses[0]?.state ?? "no status yet";
        return {
          id,
          sha: sha.slice(0, 12),
          ref,
          environment: to,
          at: created_at,
          by: creator?.login,
          status,
        };
      });
      return { deployments: await Promise.all(told), ...moreNotice(data.length, 10, page) };
    },
  });
}
