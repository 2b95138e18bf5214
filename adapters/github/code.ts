/** Code as tools: commits between two refs, a file at a ref, a search. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { ask } from "./errors.ts";
import { type Hub, looking, moreNotice, named, pageInput, refInput, repoInput } from "./hub.ts";

const maxFiles = 100;
/** GitHub tells no more files of a comparison, and no more names of a folder. */
const mostFiles = 300;
const mostNames = 1_000;

export function compare(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_compare", ...looking(hub) },
    description: "The commits and changed files between two refs: what a deployment brought.",
    input: z.object({
      repo: repoInput(hub),
      base: refInput.describe("The older branch, tag or commit."),
      head: refInput.describe("The newer one."),
      page: pageInput,
    }),
    run: async ({ repo, base, head, page }, { signal }) => {
      const asked = { ...named(repo), basehead: `${base}...${head}`, per_page: 100, page: page ?? 1 };
      const { data } = await ask(hub, signal, ({ rest }) => rest.repos.compareCommitsWithBasehead(asked));
      const files = data.files ?? [];
      const commits = data.commits.map(({ sha, commit, author }) => ({
        sha: sha.slice(0, 12),
        at: commit.committer?.date,
        by: author?.login ?? commit.author?.name,
        title: commit.message.split("\n")[0]?.slice(0, 200),
      }));
      return {
        ...{ status: data.status, ahead_by: data.ahead_by, behind_by: data.behind_by, commits },
        files: files
          .slice(0, maxFiles)
          .map((file) => `${file.status} ${file.filename} +${file.additions} -${file.deletions}`),
        ...(files.length > maxFiles ? { files_notice: moreFiles(files.length) } : {}),
        ...moreNotice(commits.length, 100, page),
      };
    },
  });
}

function moreFiles(count: number): string {
  const atLeast = count >= mostFiles ? "at least " : "";
  return `${atLeast}${count - maxFiles} more files are left out`;
}

const maxText = 40_000;

export function file(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_file", ...looking(hub) },
    description: "A file's text, or a folder's names, at a ref.",
    input: z.object({
      repo: repoInput(hub),
      path: z
        .string()
        .max(500)
        .regex(/^(?!(.*\/)?\.{1,2}(\/|$))(?!\/)[^\\\0]*$/, "is no path inside the repository")
        .describe('Like src/main.ts; "" for the top folder.'),
      ref: refInput.nullable().describe("null: the default branch."),
    }),
    run: async ({ repo, path, ref }, { signal }) => {
      const asked = { ...named(repo), path, ...(ref === null ? {} : { ref }) };
      const { data } = await ask(hub, signal, ({ rest }) => rest.repos.getContent(asked));
      if (Array.isArray(data)) {
        const folder = data.map(({ type, path: at }) => `${type} ${at}`);
        const notice = `GitHub lists at most ${mostNames} names of a folder: there may be more`;
        return folder.length < mostNames ? { folder } : { folder, notice };
      }
      if (!("content" in data)) return { type: data.type, path: data.path, notice: "it has no text" };
      if (data.encoding !== "base64") {
        throw new Error(
          `${path} is too large to be read this way (${data.size} bytes); gh_search_code finds parts`,
        );
      }
      const text = Buffer.from(data.content, "base64").toString();
      if (text.includes("\0")) return { path, sha: data.sha, size: data.size, notice: "it is not text" };
      if (text.length <= maxText) return { path, sha: data.sha, text };
      const notice = `only the first ${maxText} of ${text.length} characters are here`;
      return { path, sha: data.sha, text: text.slice(0, maxText), notice };
    },
  });
}

export function searchCode(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_search_code", ...looking(hub) },
    description: "Finds code by words, in the default branch.",
    input: z.object({
      repo: repoInput(hub),
      words: z
        .string()
        .trim()
        .min(1)
        .max(200)
        .regex(
          /^(?!.*\b((repo|org|user|enterprise):|OR\b|NOT\b)).*$/,
          "may not name a place or hold OR and NOT",
        ),
      page: pageInput,
    }),
    run: async ({ repo, words, page }, { signal }) => {
      const asked = { q: `${words} repo:${repo}`, per_page: 30, page: page ?? 1 };
      const headers = { accept: "application/vnd.github.text-match+json" };
      const { data } = await ask(hub, signal, ({ rest }) => rest.search.code({ ...asked, headers }));
      // The words are the model's: whatever they manage to ask for, nothing else comes back.
      const items = data.items.filter(
        ({ repository }) => repository.full_name.toLowerCase() === repo.toLowerCase(),
      );
      return {
        total: data.total_count,
        found: items.map(({ path, text_matches: matches }) => ({
          path,
          lines: (matches ?? []).slice(0, 3).map(({ fragment }) => fragment?.slice(0, 300)),
        })),
        ...leftOut(data.items.length - items.length, repo, hub),
        ...(data.incomplete_results ? { incomplete: "GitHub ran out of time: there may be more" } : {}),
        ...moreNotice(data.items.length, 30, page),
      };
    },
  });
}

/** An old name finds what stands under the new one, which nobody listed. */
function leftOut(count: number, repo: string, { listedIn }: Hub): { left_out?: string } {
  if (count === 0) return {};
  const renamed = `if ${repo} or its owner was renamed, ask a person to correct it in ${listedIn}`;
  return { left_out: `${count} found in repositories of other names; ${renamed}` };
}
