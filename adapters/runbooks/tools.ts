/** Runbooks as tools: which ones the team has, and what stands in one. */
import { basename } from "node:path";
import { z } from "zod";
import { didYouMean } from "../../src/core/text/closest.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { checkDeclared } from "../../src/tools/declared.ts";
import { words } from "../../src/tools/declared-values.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { listOf, type Runbook, readRunbooks } from "./folder.ts";

interface Options {
  folder: string;
}

const optionsSchema = z.strictObject({ folder: words } satisfies Record<keyof Options, z.ZodType>);

/**
 * `folder` is read once, at the start. Where there is none the tools are off. Throws an Error that says what to correct
 * in which file.
 */
export function runbooks(options: Options): Tool[] {
  checkDeclared("runbooks", optionsSchema, options);
  const { folder } = options;
  const all = readRunbooks(folder) ?? [];
  const off = all.length > 0 ? null : `put a runbook into ${basename(folder)}/ to switch them on`;
  return [listRunbooks(all, off), readRunbook(all, off)];
}

/** Without an input, so that an agent can have them looked up before it begins. */
function listRunbooks(all: readonly Runbook[], off: string | null): Tool {
  return defineTool({
    name: "list_runbooks",
    description:
      "The runbooks of this team: how it does things, in its own words. Names, and when to use each.",
    effect: "read",
    off,
    input: z.object({}),
    run: () => listOf(all),
  });
}

function readRunbook(all: readonly Runbook[], off: string | null): Tool {
  return defineTool({
    name: "read_runbook",
    description: "A runbook of this team, whole, by its name as list_runbooks tells it.",
    effect: "read",
    off,
    input: z.object({
      name: z.string(),
      file: z.string().nullable().describe("A file beside it, as it names one; null: the runbook itself."),
    }),
    run: ({ name, file }) => {
      const runbook = all.find((one) => one.name === name);
      if (!runbook) {
        const names = all.map((one) => one.name);
        throw new Error(
          `There is no runbook ${name}; there are ${names.join(", ")}${didYouMean(name, names)}`,
        );
      }
      return file === null ? wholeOf(runbook) : fileOf(runbook, file);
    },
  });
}

function wholeOf({ text, files }: Runbook): string {
  if (files.size === 0) return text;
  return `${text}\n\n[files beside it, to be read with \`file\`: ${[...files.keys()].join(", ")}]`;
}

function fileOf({ name, files }: Runbook, asked: string): string {
  const text = files.get(asked.replace(/^\.\//, ""));
  if (text !== undefined) return text;
  const names = [...files.keys()];
  if (names.length === 0) throw new Error(`${name} has no other file; give null`);
  throw new Error(`${name} has no file ${asked}; it has ${names.join(", ")}${didYouMean(asked, names)}`);
}
