/** Agents as files: prompts/*.md, each with front matter, all with base_system.md in front. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Agent, limitsSchema, type ToolSpec } from "../core/agent.ts";
import { thereIsNo } from "../core/text/closest.ts";
import { readFrontMatter, withPlainEnds } from "../tools/front-matter.ts";

const baseFile = "base_system.md";
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

export const frontMatterSchema = z.strictObject({
  name: z
    .string()
    .regex(namePattern, "is lower-case letters, digits and -")
    .describe("the file's name without `.md`; lower-case letters, digits and `-`"),
  description: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe("one sentence, for people and for agents that hand tasks on"),
  model: z.string().nullable().default(null).describe("the model's name; null: `OPENAI_MODEL`"),
  tools: z.array(z.string()).min(1).describe("names of the tools that it may use"),
  hand_off: z
    .array(z.string())
    .default([])
    .describe("agents that it may hand a task to; needs the tool `hand_off`"),
  prefetch: z
    .array(z.string())
    .default([])
    .describe("tools that run by themselves at each launch: `read`, without approval and without an input"),
  limits: limitsSchema.prefault({}).describe("where a run stops, or a person is asked"),
});

type Draft = z.infer<typeof frontMatterSchema> & { file: string; prompt: string };
type Tools = Readonly<Record<string, ToolSpec>>;

/**
 * All agents of `<root>/prompts`, by name. Pushes a line to `problems`, with the file's name, for whatever can't work;
 * such an agent is left out. `tools`: null when they could not be read, which is told of once, elsewhere.
 */
export function loadAgents(root: string, tools: Tools | null, problems: string[]): Agent[] {
  const folder = join(root, "prompts");
  const files = listFolder(folder, problems).filter((file) => file.endsWith(".md"));
  const base = files.includes(baseFile) ? read(folder, baseFile).trim() : "";
  if (base === "") problems.push(`prompts/${baseFile}: it is missing or empty; every agent starts with it`);
  const drafts = files
    .filter((file) => file !== baseFile)
    .flatMap((file) => parseDraft(file, read(folder, file), problems) ?? []);
  const sound = drafts.filter((draft) => {
    const found = problemsOf(draft, drafts, tools);
    problems.push(...found.map((problem) => `prompts/${draft.file}: ${problem}`));
    return found.length === 0;
  });
  return sound.map((draft) => agentOf(draft, base, drafts));
}

function listFolder(folder: string, problems: string[]): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    problems.push(`prompts: there is no folder ${folder}; it holds one markdown file per agent`);
    return [];
  }
}

function read(folder: string, file: string): string {
  return withPlainEnds(readFileSync(join(folder, file), "utf8"));
}

function parseDraft(file: string, written: string, problems: string[]): Draft | null {
  const read = readFrontMatter(written, frontMatterSchema, "prompt");
  if ("data" in read) return { ...read.data, file, prompt: read.text };
  problems.push(...read.problems.map((problem) => `prompts/${file}: ${problem}`));
  return null;
}

function problemsOf(draft: Draft, all: readonly Draft[], tools: Tools | null): string[] {
  const problems: string[] = [];
  const names = all.map((other) => other.name);
  if (draft.file !== `${draft.name}.md`)
    problems.push(`its name is ${draft.name}; name the file ${draft.name}.md`);
  if (tools !== null) problems.push(...toolProblems(draft, tools));
  const nobody = draft.hand_off.filter((name) => !names.includes(name));
  if (nobody.length > 0) problems.push(`hand_off: ${thereIsNo("agent", nobody, names)}`);
  if (draft.hand_off.includes(draft.name)) problems.push("hand_off: an agent can't hand a task to itself");
  if (draft.hand_off.length > 0 !== draft.tools.includes("hand_off")) {
    problems.push("hand_off: the tool hand_off and the list of agents need each other");
  }
  return problems;
}

/** What is wrong with the tools that it names. */
function toolProblems(draft: Draft, tools: Tools): string[] {
  const problems: string[] = [];
  const known = Object.keys(tools).sort();
  for (const key of ["tools", "prefetch"] as const) {
    const unknown = draft[key].filter((name) => !known.includes(name));
    if (unknown.length > 0) problems.push(`${key}: ${thereIsNo("tool", unknown, known)}`);
  }
  for (const name of draft.prefetch) {
    const spec = known.includes(name) ? tools[name] : undefined;
    const problem = spec && prefetchProblem(spec);
    if (problem) problems.push(`prefetch: ${name} ${problem}`);
  }
  return problems;
}

/** What runs by itself at each launch must be harmless and need nothing. */
function prefetchProblem(spec: ToolSpec): string | null {
  if (spec.effect !== "read" || spec.control !== "none" || spec.approval !== null) {
    return "is not a read-only tool that needs no approval";
  }
  const required = spec.schema.required;
  return Array.isArray(required) && required.length > 0
    ? `needs an input (${required.join(", ")}); only tools without one can be prefetched`
    : null;
}

function agentOf(draft: Draft, base: string, all: readonly Draft[]): Agent {
  const agent = {
    name: draft.name,
    description: draft.description,
    model: draft.model,
    instructions: [base, draft.prompt, ...helpersOf(draft, all)].join("\n\n"),
    tools: draft.tools,
    prefetch: draft.prefetch,
    handOff: draft.hand_off,
    limits: draft.limits,
  };
  return { ...agent, hash: createHash("sha256").update(JSON.stringify(agent)).digest("hex") };
}

/** The model can only choose a helper that it has been told of. */
function helpersOf(draft: Draft, all: readonly Draft[]): string[] {
  if (draft.hand_off.length === 0) return [];
  const lines = all
    .filter((other) => draft.hand_off.includes(other.name))
    .map((other) => `- ${other.name}: ${other.description}`);
  return [`# Agents you can hand a task to\n\n${lines.join("\n")}`];
}
