/** Words that stay on GitHub, written once: a comment, an issue. A hidden mark in them tells after a crash whether they stand. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Reconciled, Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { act, ask } from "./errors.ts";
import { acting, type Hub, named, repoInput } from "./hub.ts";

const bodyInput = z.string().trim().min(1).max(20_000).describe("Markdown.");
const perPage = 100;
const maxPages = 10;

/** GitHub shows no HTML comment to readers. The key names a run: only its hash goes out. */
function marked(body: string, key: string): string {
  return `${body}\n\n${markOf(key)}`;
}

function markOf(key: string): string {
  return `<!-- belay ${createHash("sha256").update(key).digest("hex").slice(0, 32)} -->`;
}

interface Note {
  body?: string | null | undefined;
  html_url: string;
}

function standing(notes: readonly Note[], key: string): Reconciled | null {
  const found = notes.find(({ body }) => body?.includes(markOf(key)));
  return found ? { type: "done", output: JSON.stringify({ url: found.html_url }) } : null;
}

export function comment(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_comment", ...acting(hub) },
    description: "Comments on an issue or a pull request.",
    input: z.object({ repo: repoInput(hub), number: z.int().min(1), body: bodyInput }),
    run: async ({ repo, number, body }, { key, signal }) => {
      const said = { ...named(repo), issue_number: number, body: marked(body, key) };
      const { data } = await act(hub, signal, ({ rest }) => rest.issues.createComment(said));
      return { url: data.html_url };
    },
    reconcile: async ({ repo, number }, { key, signal }) => {
      for (let page = 1; page <= maxPages; page += 1) {
        const asked = { ...named(repo), issue_number: number, per_page: perPage, page };
        const { data } = await ask(hub, signal, ({ rest }) => rest.issues.listComments(asked));
        const found = standing(data, key);
        if (found) return found;
        if (data.length < perPage) return { type: "not_done" };
      }
      return { type: "unknown" };
    },
  });
}

export function openIssue(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_open_issue", ...acting(hub) },
    description: "Opens an issue.",
    input: z.object({
      repo: repoInput(hub),
      title: z.string().trim().min(1).max(250),
      body: bodyInput,
      labels: z.array(z.string().min(1).max(50)).max(10),
    }),
    run: async ({ repo, title, body, labels }, { key, signal }) => {
      const said = { ...named(repo), title, labels, body: marked(body, key) };
      const { data } = await act(hub, signal, ({ rest }) => rest.issues.create(said));
      return { number: data.number, url: data.html_url };
    },
    reconcile: async ({ repo }, { key, signal }) => {
      const newest = { state: "all", sort: "created", direction: "desc", per_page: perPage } as const;
      const { data } = await ask(hub, signal, ({ rest }) =>
        rest.issues.listForRepo({ ...named(repo), ...newest }),
      );
      return standing(data, key) ?? { type: data.length < perPage ? "not_done" : "unknown" };
    },
  });
}
