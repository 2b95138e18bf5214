/** A page that a tool wants opened: asked of the client that is shown the link, told to the others as a wait. */
import { expect, test } from "vitest";
import { askForTool } from "../../src/core/tool-question.ts";
import { callTool } from "../support/http/mcp.ts";
import { type Bench, bench, chose, type TokenName } from "../support/http/server.ts";

const url = "https://shop.example/in?t=1";

/** A run of `admin`. */
async function linkedRun(b: Bench): Promise<string> {
  const { id, version, read_untrusted: readUntrusted } = await b.launch();
  await b.engine.happen(id, chose({ tool: "sum_numbers", input: { numbers: [1] }, id: "c1" }));
  const link = { url, host: "shop.example" };
  const rights = {
    launch: [],
    read: [],
    answer: ["token:admin", "token:answerer"],
    approve: [],
    control: [],
  };
  const asking = { state: { runId: id, version: version + 2, readUntrusted }, policy: { rights, tools: {} } };
  const question = askForTool(
    "c1",
    { text: "Sign in at (the link)", context: "A server asks.", link },
    asking,
  );
  await b.engine.happen(id, { type: "call_suspended", callId: "c1", held: {} });
  await b.engine.happen(id, { type: "question_asked", question });
  return id;
}

test.each<[TokenName, boolean, string]>([
  ["admin", true, `A person must open ${url} before that.`],
  ["answerer", false, "It asks people, and waits: Sign in at (the link)"],
])("%s, who may answer it: %s", async (as, isAsked, words) => {
  using b = await bench();
  const id = await linkedRun(b);
  const told = await callTool(b, as, "get_run", { id, wait_s: 0 });
  expect(told.content[0]?.text).toContain(words);
  expect(told.structuredContent).toMatchObject({
    questions: [{ may_answer: isAsked, link: isAsked ? url : null }],
  });
  expect(JSON.stringify(told).includes("?t=1")).toBe(isAsked);
});
