/** Who may call which tool of the MCP server: a cell for each; a tool of its own without cells does not compile. */
import { expect, test } from "vitest";
import type { runToolNames } from "../../src/core/text/mcp-names.ts";
import { ask, callTool } from "../support/http/mcp.ts";
import { approvingRun, askingRun, type Bench, bench, questionOf } from "../support/http/server.ts";

const callers = ["machine", "reader", "answerer", "launcher", "admin", "owner"] as const;
/** What each is told, in that order: `done`, or the code of the refusal. `restart_service` is offered. */
type Cells = readonly [string, string, string, string, string, string];
type ToolName = (typeof runToolNames)[number] | "restart_service" | "an approval";

const scope = "insufficient_scope";
const hidden = "run_not_found";
const cells: Record<ToolName, Cells> = {
  start_run: ["done", scope, scope, "done", "done", "not_allowed"],
  get_run: [scope, "done", "done", hidden, "done", hidden],
  list_runs: [scope, "done", "done", "done", "done", "done"],
  answer_question: [scope, scope, "done", scope, "done", hidden],
  stop_run: [scope, scope, scope, hidden, "done", hidden],
  restart_service: [scope, scope, scope, "done", "done", "not_allowed"],
  // By whoever may approve with the same token elsewhere: a model approves nothing.
  "an approval": [scope, scope, scope, scope, "not_an_approver", hidden],
};

async function argumentsFor(b: Bench, name: ToolName): Promise<object> {
  switch (name) {
    case "start_run":
      return { task: "a", agent: "helper", wait_s: 0 };
    case "restart_service":
      return { service: "payments", environment: "staging", wait_s: 0 };
    case "list_runs":
      return {};
    case "get_run":
      return { id: (await askingRun(b)).id, wait_s: 0 };
    case "stop_run":
      return { id: (await askingRun(b)).id };
    case "answer_question":
      return { id: (await askingRun(b)).id, answer: "3", wait_s: 0 };
    case "an approval": {
      const run = await approvingRun(b);
      return { id: run.id, answer: "approve", wait_s: 0 };
    }
  }
}

test.each(Object.keys(cells) as ToolName[])("%s", async (name) => {
  using b = await bench();
  const told: string[] = [];
  for (const as of callers) {
    const tool = name === "an approval" ? "answer_question" : name;
    const result = await callTool(b, as, tool, await argumentsFor(b, name));
    told.push(result.isError ? (result.content[0]?.text.split(":")[0] ?? "") : "done");
  }
  expect(told).toEqual(cells[name]);
});

test("nobody is shown a tool that they may not call", async () => {
  using b = await bench();
  const shown = Object.fromEntries(
    await Promise.all(
      callers.map(async (as) => {
        const { tools } = (await ask(b, as, "tools/list")) as { tools: { name: string }[] };
        return [as, tools.map((tool) => tool.name).join(" ")];
      }),
    ),
  );
  expect(shown).toEqual({
    machine: "start_run",
    reader: "get_run list_runs",
    answerer: "get_run list_runs answer_question",
    launcher: "start_run get_run list_runs stop_run restart_service",
    admin: "start_run get_run list_runs answer_question stop_run restart_service",
    owner: "start_run get_run list_runs answer_question stop_run",
  });
});

test("a refusal for lack of rights is written down with the tool's name", async () => {
  using b = await bench();
  await callTool(b, "reader", "start_run", { task: "a", wait_s: 0 });
  const { refusals } = (await (await b.call("GET", "/refusals")).json()) as { refusals: object[] };
  expect(refusals).toEqual([
    expect.objectContaining({
      principal: "token:reader",
      action: "MCP start_run",
      rule: "insufficient_scope",
    }),
  ]);
});

test("an approval by a named question is refused in words that say who approves", async () => {
  using b = await bench();
  const run = await approvingRun(b);
  const args = { id: run.id, question_id: questionOf(run), answer: "approve", wait_s: 0 };
  const { content, isError } = await callTool(b, "admin", "answer_question", args);
  expect(isError).toBe(true);
  expect(content[0]?.text).toMatch(/^not_an_approver: A program may not approve restart_service: people do/);
});
