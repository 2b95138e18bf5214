/** `npm run docs`: writes docs/configuration.md from the schemas that check the configuration. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ruleExamples } from "../config/channels.ts";
import {
  agentEntries,
  approvalEntries,
  type Entry,
  fileEntries,
  variableEntries,
} from "../config/reference.ts";

const root = join(import.meta.dirname, "..", "..");

/** The page as it should stand in docs/. */
export function configurationPage(): string {
  return `${[
    "# Configuration",
    "<!-- Made by `npm run docs` from the schemas; a test compares. Change the schemas. -->",
    "What the bot *is* stands in `belay.config.ts`, `prompts/` and [`runbooks/`](tools.md#runbooks), and is reviewed like code. Where it *runs*, and its secrets, stand in the environment. Everything is read once, at the start; all problems are told together, each with what to do. `npm run doctor` looks without starting.",
    "## Environment",
    "A file `.env` beside `package.json` is read too; the real environment wins, and an empty value counts as unset. Secrets of webhooks, mail, tokens and tools have the names that `belay.config.ts` gives them; a tool's may also come from the file that `<NAME>_FILE` names.",
    table(variableEntries(), "variable"),
    "## belay.config.ts",
    `The file exports \`defineConfig({ … })\`. A rule of who may is \`<channel>:<id>\` (${ruleExamples.map((rule) => `\`${rule}\``).join(", ")}), \`console:*\`, \`terminal:*\`, \`token:<name>\`, \`requester\` (whoever started the run), a group as \`@name\`, or \`*\`.`,
    table(fileEntries(), "key"),
    "## prompts/&lt;agent&gt;.md",
    "The front matter of an agent's file; below it stands its prompt. `base_system.md` goes before every prompt.",
    table(agentEntries(), "key"),
    "## defineTool",
    "How a tool declares itself; [the guide](guides/tool.md) makes one.",
    toolTable(readFileSync(join(root, "src/tools/contract.ts"), "utf8"), ["Declared", "RunsAtOnce"]),
    "`requiresApproval` as an object:",
    table(approvalEntries(), "key"),
  ].join("\n\n")}\n`;
}

function table(entries: readonly Entry[], what: string): string {
  const rows = entries.map(({ path, form, unless, words }) => {
    const [, name = path, mark = "", rest = ""] = /^(.*?)(?: (\([\w-]+\)))?(\.[^)]*)?$/.exec(path) ?? [];
    return `| \`${name}${rest}\`${mark === "" ? "" : ` ${mark}`} | ${cell(form)} | ${cell(unless)} | ${cell(words)} |`;
  });
  return [`| ${what} | what it may be | default | |`, "|---|---|---|---|", ...rows].join("\n");
}

/** The members of these interfaces with the comments above them. */
function toolTable(source: string, interfaces: readonly string[]): string {
  const rows = interfaces.flatMap((name) => {
    const [, body = ""] = new RegExp(`interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
    const members = body.matchAll(/(?: {2}\/\*\* ([\s\S]*?) \*\/\n)? {2}(?:readonly )?(\w+)(\??)[:(]/g);
    return [...members]
      .filter(([, , key, optional]) => !(key === "job" && optional))
      .map(([, words = "", key = "", optional]) => {
        return `| \`${key}\` | ${optional ? "optional" : "required"} | ${cell(words)} |`;
      });
  });
  return ["| key | | |", "|---|---|---|", ...rows].join("\n");
}

function cell(text: string): string {
  return text
    .replaceAll("|", "\\|")

    .replace(/\s*\n\s*\*?\s*/g, " ");
}

if (import.meta.main) {
  writeFileSync(join(root, "docs", "configuration.md"), configurationPage());
  console.log("docs/configuration.md is written.");
}
