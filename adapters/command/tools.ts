/**
 * Declared commands as tools: a program with fixed arguments, in which the model fills the places that it is given.
 */
import { isAbsolute } from "node:path";
import { z } from "zod";
import type { CallContext } from "../../src/core/ports/toolbox.ts";
import type { PlainTool, Reconciled, Tool } from "../../src/tools/contract.ts";
import { checkDeclared, titled, toolSchema } from "../../src/tools/declared.ts";
import { callable, environment, mustBe, time } from "../../src/tools/declared-values.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { buildArgv, type Template, type Values } from "./argv.ts";
import { checkTemplates } from "./check-template.ts";
import { tryingCommand } from "./doctor.ts";
import { secretsIn } from "./environment.ts";
import { beginJob, cancelJob, findJob, type Handle, pollJob } from "./job.ts";
import { JobFolders } from "./job-folder.ts";
import { limitsOf, pinnedBy, previewOf, programOf, type Runs } from "./preview.ts";
import { runNow } from "./run.ts";

type Passed<Input> = Pick<
  PlainTool<Input>,
  | "name"
  | "description"
  | "input"
  | "requiresApproval"
  | "idempotencyKey"
  | "verify"
  | "undo"
  | "untrusted"
  | "offer"
>;

type Declared<Input> = Passed<Input> & Runs;

type Repeatable<Input> = Declared<Input> & {
  effect: "read" | "idempotent";
};

type Once<Input> = Declared<Input> & {
  effect?: "once";
  /** Where `jobs/` keeps what outlives the bot. */
  dataDir: string;
  /** Asked only when the machine died or the wrapper was killed: did it happen? */
  reconcile?(input: Input, context: CallContext): Promise<Exclude<Reconciled, { type: "begun" }>>;
  /** ms between two looks; default 5,000. */
  pollMs?: number;
};

/** What `command` takes. Without an `effect` it counts as `once`, and runs as a job that outlives the bot. */
export type CommandDefinition<Input> = Repeatable<Input> | Once<Input>;

const handleSchema = z.object({ job: z.string().regex(/^[0-9a-f]{40}$/) });

/** Throws an Error at definition that lists everything that can't work. */
export function command<Input extends Values>(definition: CommandDefinition<Input>): Tool {
  checkDeclared(titled("command", definition), definitionSchema, definition);
  const { name, input, argv, preview, pinned, env = {}, effect = "once", untrusted = true } = definition;
  const templates = {
    argv,
    ...(preview ? { preview } : {}),
    ...(pinned ? { pinned: pinnedBy(pinned) } : {}),
  };
  const tool = defineTool<Input, Handle>(
    {
      ...definition,
      ...{ effect, untrusted },
      input: checked(input, Object.values(templates)),
      secrets: secretsIn(env),
      connection: tryingCommand(name, definition),
      preview: (values, { signal }) => previewOf(definition, values, signal),
      ...(isOnce(definition) ? asJob(definition) : atOnce(definition)),
    },
    Object.keys(ownShape),
  );
  checkTemplates(name, tool.spec.schema, templates);
  return tool;
}

/** Of a line of text nobody could say where one argument ends: here no shell does. */
const template = z
  .array(z.union([z.string(), z.array(z.string())]), {
    error: mustBe('a list, one argument each, like ["df", "-h", "{folder}"]'),
  })
  .min(1, "begin with the program");
const exits = z.array(z.int().min(0).max(255)).min(1);

/** What `command` reads by itself. */
const ownShape = {
  argv: template,
  pinned: z.array(z.string()).optional(),
  cwd: z.string().refine(isAbsolute, "is no absolute path").optional(),
  env: environment.optional(),
  graceMs: z
    .number()
    .min(0)
    .max(60 * 60 * 1000)
    .optional(),
  okExits: exits.optional(),
  previewExits: exits.optional(),
  dataDir: z.string().min(1).optional(),
  pollMs: time.optional(),
} satisfies Record<Exclude<keyof Once<unknown>, keyof PlainTool<unknown>>, z.ZodType>;

const definitionSchema = z.strictObject({
  ...toolSchema.pick({ name: true, description: true, input: true, requiresApproval: true, offer: true })
    .shape,
  ...toolSchema.pick({ idempotencyKey: true, verify: true, undo: true, untrusted: true, effect: true }).shape,
  ...toolSchema.pick({ timeoutMs: true, maxOutput: true }).shape,
  ...ownShape,
  preview: template.optional(),
  reconcile: callable.optional(),
} satisfies Record<keyof Once<unknown>, z.ZodType>);

function isOnce<Input>(definition: CommandDefinition<Input>): definition is Once<Input> {
  if ((definition.effect ?? "once") !== "once") return false;
  if ("dataDir" in definition && definition.dataDir !== undefined) return true;
  throw new Error(
    `command ${definition.name}: it runs once, as a job that outlives the bot; give it dataDir`,
  );
}

/** A value that can't be an argument is told to the model at once, before anybody is asked to approve it. */
function checked<Input>(
  input: CommandDefinition<Input>["input"],
  templates: readonly Template[],
): CommandDefinition<Input>["input"] {
  return input.superRefine((values, context) => {
    for (const template of templates) {
      const built = buildArgv(template, values);
      for (const { name, message } of built.ok ? [] : built.problems) {
        context.addIssue({ code: "custom", path: [name], message });
      }
    }
  });
}

function atOnce<Input extends Values>(definition: CommandDefinition<Input>) {
  const { argv, okExits = [0] } = definition;
  const limits = limitsOf(definition, 60_000);
  return {
    // Above the program's own limit: the error that says what happened to it comes first.
    timeoutMs: limits.timeoutMs + limits.graceMs + 5_000,
    run: async (values: Input, { signal }: CallContext) => {
      const acts = definition.effect !== "read";
      const outcome = await runNow(programOf(argv, values, definition), limits, { okExits, acts }, signal);
      if (!outcome.ok) throw new Error(outcome.message);
      return outcome.text;
    },
  };
}

function asJob<Input extends Values>(definition: Once<Input>) {
  const { argv, okExits = [0], dataDir, reconcile, pollMs = 5_000 } = definition;
  const limits = limitsOf(definition, 600_000);
  const folders = new JobFolders(dataDir);
  const program = String(argv[0]);
  const reading = { ...limits, program, okExits, acts: true };
  return {
    timeoutMs: 60_000 + limits.graceMs,
    job: {
      handle: handleSchema,
      begin: (values: Input, { key }: CallContext) =>
        beginJob(folders, key, { ...programOf(argv, values, definition), ...limits }),
      poll: (handle: Handle, { signal }: CallContext) => pollJob(folders, handle, reading, signal),
      cancel: (handle: Handle, { signal }: CallContext) => cancelJob(folders, handle, reading, signal),
      everyMs: pollMs,
    },
    reconcile: async (values: Input, context: CallContext): Promise<Reconciled<Handle>> => {
      const found = await findJob(folders, context.key);
      return found.type === "unknown" && reconcile ? reconcile(values, context) : found;
    },
  };
}
