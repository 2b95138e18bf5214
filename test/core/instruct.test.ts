/** The words after `/agent`: commands only where nothing else is said. */
import { expect, test } from "vitest";
import { parseInstruction } from "../../src/core/admit/instruct.ts";

const parse = (text: string) => parseInstruction(text, ["default", "release-notes"]);
const task = (text: string, agent: string | null = null) => ({ verb: "launch", agent, task: text });

test.each(["", "  ", "help", "HELP "])("%j asks for help", (text) => {
  expect(parse(text)).toEqual({ verb: "help" });
});

test.each(["list", "agents"] as const)("%s stands alone", (verb) => {
  expect(parse(verb)).toEqual({ verb });
  expect(parse(`${verb} all my files`)).toEqual(task(`${verb} all my files`));
});

test.each(["status", "stop", "pause", "resume"] as const)("%s is for this thread or a named run", (verb) => {
  expect(parse(verb)).toEqual({ verb, runId: null });
  expect(parse(`${verb} run_abc`)).toEqual({ verb, runId: "run_abc" });
  expect(parse(`${verb} the payment service`)).toEqual(task(`${verb} the payment service`));
  expect(parse(`${verb} run_abc now`)).toEqual(task(`${verb} run_abc now`));
});

test("a run is named by its whole id, or without what stands before the underscore", () => {
  const id = "0123456789abcdefghjk";
  expect(parse(`stop ${id}`)).toEqual({ verb: "stop", runId: `run_${id}` });
  expect(parse(`status ${id}`)).toEqual({ verb: "status", runId: `run_${id}` });
  expect(parse("stop payments-v2")).toEqual(task("stop payments-v2"));
});

test.each(["Stop!", "please stop", "stop it now, please."])("%j is a stop", (text) => {
  expect(parse(text)).toEqual({ verb: "stop", runId: null });
});

test.each(["status?", "help!", "List."])("%j is a command, however it is ended", (text) => {
  expect(parse(text)).toMatchObject({ verb: text.toLowerCase().slice(0, -1) });
});

test("an agent is named before a colon, if there is one of that name", () => {
  expect(parse("release-notes: v2, please")).toEqual(task("v2, please", "release-notes"));
  expect(parse("nobody: v2")).toEqual(task("nobody: v2"));
  expect(parse("release-notes:")).toEqual(task("release-notes:"));
  expect(parse("release-notes:\n two\n lines")).toEqual(task("two\n lines", "release-notes"));
});

test("anything else is a task, as it was typed", () => {
  expect(parse(" deploy  v1 ")).toEqual(task("deploy  v1"));
});
