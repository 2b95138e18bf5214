/** `npm run chat` as a program: in a pipe, killed in the middle, and started twice. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const script = resolve(import.meta.dirname, "../../../src/cli/chat.ts");
// Each of these starts whole programs, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let home: string;
let started: ChildProcessWithoutNullStreams[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "belay-chat-"));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

interface Chat {
  child: ChildProcessWithoutNullStreams;
  /** Resolves with everything said so far once it holds these words. */
  says(words: string): Promise<string>;
  ended: Promise<{ code: number | null; output: string }>;
}

async function exists(path: string): Promise<void> {
  const changes = watch(home);
  while (!existsSync(path)) await once(changes, "change");
  changes.close();
}

function chat(...task: string[]): Chat {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [script, ...task], {
    env: { PATH, DATABASE_URL: join(home, "belay.db"), TZ: "UTC" },
  });
  started.push(child);
  let output = "";
  const hear = (piece: Buffer) => {
    output += piece.toString();
    child.emit("said");
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return {
    child,
    ended,
    async says(words) {
      while (!output.includes(words)) {
        const over = await Promise.race([once(child, "said").then(() => null), ended]);
        if (over && !output.includes(words)) throw new Error(`it ended without ${words}: ${output}`);
      }
      return output;
    },
  };
}

test("a piped chat asks, takes the next line as the answer, and ends when all is said", async () => {
  const { child, ended } = chat("What is (17 + 5) * 3, divided by a number you must ask me for?");
  child.stdin.end("4\n");
  const { code, output } = await ended;
  expect(code).toBe(0);
  expect(output).toContain("Which number should I divide 66 by?");
  expect(output).toContain("✓ divide_numbers  66, 4 → 16.5\n(17 + 5) × 3 ÷ 4 = 16.5 (demo model)\ndone in");
  expect(statSync(join(home, "chat.db")).mode & 0o777).toBe(0o600);
});

test("killed while it waits for an approval, it shows the same approval again and carries on", async () => {
  const first = chat("restart payments in staging");
  await first.says("y approves");
  first.child.kill("SIGKILL");
  await first.ended;

  const second = chat();
  await second.says("y approves");
  second.child.stdin.end("y\n");
  const { code, output } = await second.ended;
  expect(code).toBe(0);
  expect(output).toContain("✓ restart_service");
  expect(readFileSync(join(home, "restarts.log"), "utf8").trim().split("\n")).toHaveLength(1);
});

test("killed in the middle of what must happen once, it asks what happened and does not do it again", async () => {
  const restarts = join(home, "restarts.log");
  const first = chat("restart payments in staging");
  first.child.stdin.write("y\n");
  // The line is written in the middle of the call: three seconds long, a second and a half to go.
  await exists(restarts);
  first.child.kill("SIGKILL");
  await first.ended;

  const second = chat();
  await second.says("3. Stop");
  second.child.stdin.end("1\n");
  const { code, output } = await second.ended;
  expect(code).toBe(0);
  expect(output).toContain("I can't tell whether restart_service ran");
  expect(output).toContain("Answered by");
  expect(readFileSync(restarts, "utf8").trim().split("\n")).toHaveLength(1);
});

test("a second chat on the same machine says why it can't start", async () => {
  const first = chat();
  await first.says("Give it a task");
  const { code, output } = await chat().ended;
  expect({ code, output }).toEqual({
    code: 1,
    output: "Another chat is open on this machine. Close it, or use npm run client.\n",
  });
});
