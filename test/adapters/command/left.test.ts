/** What becomes of a command when the bot is killed in the middle of it, by the system and at once. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { identify } from "../../../src/tools/process-id.ts";
import { startChild } from "../../support/child.ts";
import { folder, program, tracesIn, until } from "./bench.ts";

function bot(kind: string) {
  const at = folder();
  const child = startChild("test/adapters/command/left-child.ts", [kind, at, program]);
  onTestFinished(() => child.kill());
  return { child, trace: join(at, "trace") };
}

test.each(["read", "idempotent", "preview"])(
  "%s: it ends with the bot, and all that it started, deaf or not",
  async (kind) => {
    const { child, trace } = bot(kind);
    await child.says("at work");
    const pids: number[] = await until(() => {
      const text = existsSync(trace) ? readFileSync(trace, "utf8") : "";
      return text.endsWith("]") && JSON.parse(text);
    });
    onTestFinished(() => {
      for (const pid of pids) if (identify(pid) !== null) process.kill(pid, "SIGKILL");
    });
    expect(pids.map((pid) => identify(pid) !== null)).toEqual([true, true]);
    await child.kill();
    await until(() => pids.every((pid) => identify(pid) === null));
  },
);

test("once: what was begun goes on to its end", async () => {
  const { child, trace } = bot("once");
  await child.says("at work");
  await until(() => tracesIn(trace) === 1);
  await child.kill();
  const [job = ""] = readdirSync(join(trace, "..", "jobs"));
  writeFileSync(`${trace}.go`, "");
  const exit = join(trace, "..", "jobs", job, "exit.json");
  await until(() => existsSync(exit));
  expect(JSON.parse(readFileSync(exit, "utf8"))).toMatchObject({ because: "exit", code: 0 });
});
