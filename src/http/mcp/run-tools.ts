/** The tools for runs: each is an operation of the API by another name. */
import type { runToolNames } from "../../core/text/mcp-names.ts";
import { checkData } from "../guard/body.ts";
import type { Server } from "../guard/context.ts";
import { readableRun } from "../routes/run-access.ts";
import { launchableAgents, type RunCommands } from "../routes/run-commands.ts";
import { listRuns } from "../routes/run-list.ts";
import * as wire from "../wire/mcp.ts";
import { operations } from "../wire/operations.ts";
import { runResult } from "./answer.ts";
import { speakingAt } from "./place.ts";
import { toldOf } from "./rounds.ts";
import { askerOf, type McpTool, objectSchema } from "./tool.ts";
import { awaitRun } from "./waiting.ts";

type RunToolName = (typeof runToolNames)[number];

const run = objectSchema(wire.mcpRunSchema, "output");
const isFor = () => true;

export function runTools(server: Server, commands: RunCommands): (McpTool & { name: RunToolName })[] {
  return [
    {
      name: "start_run",
      description:
        "Give a task to an agent of this bot. It works with its own tools, asks people, and waits for their approval before it changes anything. Answers with the outcome, or with the run's id when it takes longer.",
      inputSchema: objectSchema(wire.startInput, "input"),
      outputSchema: run,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
      scopes: operations.launch.scopes,
      isFor: ({ actor }) => launchableAgents(server, actor).length > 0,
      async call(asked) {
        const { task, agent, wait_s, idempotency_key } = checkData(asked.args, wire.startInput);
        const asker = askerOf(asked, idempotency_key);
        const body = { input_prompt: task, ...(agent === undefined ? {} : { agent }) };
        const { runId, replayed } = await commands.launch(asker, body, speakingAt(server, asker));
        return toldOf(asked, await awaitRun(server, asked, runId, wait_s), replayed);
      },
    },
    {
      name: "get_run",
      description:
        "How a run is: its outcome, what it waits for, what it asks. Waits for it as long as is asked.",
      inputSchema: objectSchema(wire.getInput, "input"),
      outputSchema: run,
      annotations: { readOnlyHint: true },
      scopes: operations.state.scopes,
      isFor,
      async call(asked) {
        const { id, wait_s } = checkData(asked.args, wire.getInput);
        const { runId } = await readableRun(server, asked.caller.actor, id);
        return toldOf(asked, await awaitRun(server, asked, runId, wait_s), false);
      },
    },
    {
      name: "list_runs",
      description: "The runs that you may see, newest first.",
      inputSchema: objectSchema(wire.listInput, "input"),
      outputSchema: objectSchema(wire.mcpRunListSchema, "output"),
      annotations: { readOnlyHint: true },
      scopes: operations.runs.scopes,
      isFor,
      async call(asked) {
        const query = checkData(asked.args, wire.listInput);
        const list = await listRuns(server, asked.caller.actor, query);
        return { content: [{ type: "text", text: JSON.stringify(list) }], structuredContent: { ...list } };
      },
    },
    {
      name: "answer_question",
      description: "Answer what a run asks; it goes on. Approvals are given by people and not here.",
      inputSchema: objectSchema(wire.answerInput, "input"),
      outputSchema: run,
      annotations: { readOnlyHint: false, destructiveHint: false },
      scopes: operations.provideInput.scopes,
      isFor,
      async call(asked) {
        const { wait_s, idempotency_key, ...body } = checkData(asked.args, wire.answerInput);
        const asker = askerOf(asked, idempotency_key);
        const { runId, replayed } = await commands.command(asker, "provideInput", body);
        return toldOf(asked, await awaitRun(server, asked, runId, wait_s), replayed);
      },
    },
    {
      name: "stop_run",
      description: "End a run; a call that has started is waited for.",
      inputSchema: objectSchema(wire.stopInput, "input"),
      outputSchema: run,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
      scopes: operations.cancel.scopes,
      isFor,
      async call(asked) {
        const { idempotency_key, ...body } = checkData(asked.args, wire.stopInput);
        const { runId, replayed } = await commands.command(askerOf(asked, idempotency_key), "cancel", body);
        // To be stopped is what was asked for.
        return { ...runResult(await awaitRun(server, asked, runId, 0), replayed), isError: false };
      },
    },
  ];
}
