/** git, as it can stand in belay.config.ts: to look into one repository, never to change it. */
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { pathInside } from "../../../adapters/command/values.ts";
import type { Tool } from "../../../src/tools/contract.ts";

/** A branch, a tag or a commit: no range, no option, nothing like `@{upstream}`. */
const ref = z.string().regex(/^[A-Za-z0-9][\w./-]{0,199}$/, "is a branch, a tag or a commit");

/** `folder`: a clone, absolute, whose own configuration is trusted; no other is read, and what it could start is off. */
export function gitTools({ folder }: { folder: string }): Tool[] {
  const git = ["git", "--no-pager", "--no-optional-locks"];
  const shared = {
    effect: "read",
    cwd: folder,
    env: { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_TERMINAL_PROMPT: "0" },
  } as const;
  return [
    command({
      ...shared,
      name: "git_log",
      description: "The last commits of a branch, one line each, also of one path alone.",
      input: z.object({ ref, count: z.int().min(1).max(200), path: pathInside.nullable() }),
      argv: [...git, "log", "--oneline", "--no-decorate", "--max-count={count}", "{ref}", "--", ["{path}"]],
    }),
    command({
      ...shared,
      name: "git_diff",
      description: "What changed between two commits.",
      input: z.object({ from: ref, to: ref }),
      argv: [...git, "diff", "--stat", "--patch", "--no-ext-diff", "--no-textconv", "{from}", "{to}", "--"],
    }),
    command({
      ...shared,
      name: "git_show",
      description: "A file as it was at a commit.",
      input: z.object({ ref, path: pathInside }),
      argv: [...git, "show", "--no-textconv", "{ref}:{path}"],
    }),
  ];
}
