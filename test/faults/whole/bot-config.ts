/** The belay.config.ts of the bots under fault: tools whose effects somebody outside counts, and two webhooks. */
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { defineConfig } from "../../../src/config/file.ts";
import { local } from "../../../src/config/rights.ts";
import type { CallContext } from "../../../src/core/ports/toolbox.ts";
import type { ToolDefinition } from "../../../src/tools/contract.ts";
import { OutcomeUnknown } from "../../../src/tools/contract.ts";
import { defineTool } from "../../../src/tools/define-tool.ts";

const { FAULTS_OUTSIDE = "", FAULTS_BOT = "", FAULTS_TEAM = "", FAULTS_PLACE = "" } = process.env;
const input = z.object({ item: z.string() });
type Input = z.infer<typeof input>;

/** The epoch goes with it: the service refuses a worker that slept while another one took over. */
async function act(tool: string, { item }: Input, { key, epoch, signal }: CallContext): Promise<string> {
  const body = JSON.stringify({ item, tool, key, epoch, bot: FAULTS_BOT });
  const answer = await fetch(`${FAULTS_OUTSIDE}/effects`, { method: "POST", body, signal }).catch(
    (cause: unknown) => {
      throw new OutcomeUnknown(`no answer to ${tool} ${item}`, { cause });
    },
  );
  if (!answer.ok) throw new Error(`refused with ${answer.status}: a newer worker was here`);
  return `${tool} ${item}: done`;
}

function acting(name: string, rest: Pick<ToolDefinition<Input>, "effect" | "requiresApproval">) {
  const run = (given: Input, context: CallContext) => act(name, given, context);
  return defineTool<Input>({ name, description: `Acts: ${name}.`, input, run, ...rest });
}

const job = (dataDir: string) =>
  command<Input>({
    ...{ name: "job", description: "Works for a moment.", effect: "once", requiresApproval: false, input },
    argv: [process.execPath, join(import.meta.dirname, "job-child.ts"), FAULTS_OUTSIDE, "{item}"],
    ...{ dataDir, pollMs: 200 },
  });

const everybody = [...local, `slack:${FAULTS_TEAM}/*`];
const webhook = { verify: { kind: "github" as const }, secretEnv: "CI_SECRET", prompt: "ci.md" };

export const botConfig = defineConfig({
  tools: ({ dataDir }) => [
    defineTool({
      ...{ name: "look", description: "Looks.", effect: "read", input },
      run: ({ item }) => `${item} is there`,
    }),
    acting("note", { effect: "idempotent" }),
    acting("pay", { effect: "once", requiresApproval: false }),
    acting("deploy", { effect: "once" }),
    job(dataDir),
  ],
  agents: {
    "*": { launch: everybody, read: everybody, answer: everybody, approve: everybody, control: everybody },
  },
  webhooks: [
    { name: "ci", ...webhook },
    { name: "alerts", ...webhook, speaksAt: FAULTS_PLACE },
  ],
});
