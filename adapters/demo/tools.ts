/** The pretend operations tools: restart_service writes a line to a file, service_status reads it back. */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { checkDeclared } from "../../src/tools/declared.ts";
import { words } from "../../src/tools/declared-values.ts";
import { defineTool } from "../../src/tools/define-tool.ts";

const service = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a service is lower-case letters, digits and -")
  .describe("The service's name, e.g. payments.");
const environment = z.enum(["staging", "production"]);

const optionsSchema = z.strictObject({ file: words, isDemo: z.boolean() });

/** `isDemo`: the demo model answers. For a real one these are off: it must not take pretence for work. */
export function demoTools(options: { file: string; isDemo: boolean }): Tool[] {
  checkDeclared("demoTools", optionsSchema, options);
  const { file, isDemo } = options;
  const off = isDemo ? null : "they are pretend, for the demo model alone";
  return [serviceStatus({ file }), restartService({ file })].map((tool) => ({ ...tool, off }));
}

/**
 * `file`: where each restart leaves its line; `seconds`: how long a restart takes, so that there is time to kill it.
 * It has no `reconcile` on purpose: a crash in the middle leaves a doubt that only a person can settle.
 */
export function restartService({ file, seconds = 3 }: { file: string; seconds?: number }): Tool {
  return defineTool({
    name: "restart_service",
    description:
      "Restart a service (pretend: it only writes a line to a file). Needs a person's approval and runs once.",
    effect: "once",
    requiresApproval: true,
    input: z.object({ service, environment }),
    run: async (input, context) => {
      await wait((seconds * 1000) / 2, undefined, { signal: context.signal });
      await mkdir(dirname(file), { recursive: true });
      const time = new Date().toISOString();
      const line = { time, key: context.key, service: input.service, environment: input.environment };
      await appendFile(file, `${JSON.stringify(line)}\n`);
      await wait((seconds * 1000) / 2, undefined, { signal: context.signal });
      return `${input.service} in ${input.environment} was restarted at ${time}`;
    },
  });
}

const lineSchema = z.object({ time: z.string(), service: z.string(), environment: z.string() });

/** `file`: the same as restart_service's. */
export function serviceStatus({ file }: { file: string }): Tool {
  return defineTool({
    name: "service_status",
    description: "Whether a service is up and when it was last restarted (pretend: read from a file).",
    effect: "read",
    input: z.object({ service, environment }),
    run: async (input) => {
      const last = (await restartsIn(file)).findLast(
        (line) => line.service === input.service && line.environment === input.environment,
      );
      const name = `${input.service} in ${input.environment}`;
      return last
        ? `${name} is up; last restarted at ${last.time}`
        : `${name} is up; no restart is on record`;
    },
  });
}

async function restartsIn(file: string): Promise<z.infer<typeof lineSchema>[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new Error(`the record of restarts can't be read (${error.code})`);
  });
  return text.split("\n").flatMap((line) => {
    try {
      return [lineSchema.parse(JSON.parse(line))];
    } catch {
      // A line that a crash cut off, or the empty end.
      return [];
    }
  });
}
