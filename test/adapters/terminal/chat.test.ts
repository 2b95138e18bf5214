/** `npm run chat` as a program: in a pipe, killed in the middle, and started twice. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, watch } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Child, startChild } from "../../support/child.ts";

let home: string;
let started: Child[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "belay-chat-"));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((child) => child.kill()));
  rmSync(home, { recursive: true, force: true });
});

interface Chat {
  child: Child;
  /** With all that it wrote, to either stream. */
  ended: Promise<{ code: number | null; output: string }>;
}

/** Resolves once this file is there; rejects when the chat ends first. */
async function writes({ ended }: Chat, path: string): Promise<void> {
  const changes = watch(home);
  try {
    for (let over: { output: string } | null = null; !existsSync(path); ) {
      if (over) throw new Error(`the chat ended without writing ${path}: ${over.output}`);
      over = await Promise.race([once(changes, "change").then(() => null), ended]);
    }
  } finally {
    changes.close();
  }
}

function chat(...task: string[]): Chat {
  const { PATH } = process.env;
  const child = startChild("src/cli/chat.ts", task, {
    env: { PATH, DATABASE_URL: join(home, "belay.db"), TZ: "UTC" },
  });
  started.push(child);
  return {
    child,
    ended: child.ended.then(({ code, output, errors }) => ({ code, output: output + errors })),
  };
}

/** What docs/tour.md shows from one line to another, asked by whoever runs this test. */
function shownByTour(from: string, to: string): string {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/tour.md"), "utf8");
  const begin = page.indexOf(`\n${from}`) + 1;
  const shown = page.slice(begin, page.indexOf(to, begin));
  if (begin === 0 || shown === "") throw new Error(`the tour shows nothing from ${from} to ${to}`);
  const { username } = userInfo();
  // The second column begins behind the longest name.
  return shown
    .replaceAll("dana", username)
    .replace(/^( {2}environment) {2,}(?=staging)/m, (all, name) =>
      shown.includes("said by") ? name.padEnd(all.length + username.length - "dana".length) : all,
    );
}

test("a piped chat asks, takes the next line as the answer, and ends when all is said", async () => {
  const { child, ended } = chat("What is (17 + 5) * 3, divided by a number you must ask me for?");
  child.process.stdin?.end("4\n");
  const { code, output } = await ended;
  expect(code).toBe(0);
  expect(output).toContain("Which number should I divide 66 by?");
  expect(output).toContain("✓ divide_numbers  66, 4 → 16.5\n(17 + 5) × 3 ÷ 4 = 16.5 (demo model)\ndone in");
  expect(statSync(join(home, "chat.db")).mode & 0o777).toBe(0o600);
});

test("a chat whose reader leaves ends cleanly, and the next one carries on", async () => {
  const first = chat("restart payments in staging");
  await first.child.says("y approves");
  first.child.process.stdout?.destroy();
  first.child.process.stdin?.write("y\n");
  const { code, errors } = await first.child.ended;
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  const second = chat();
  second.child.process.stdin?.end();
  expect((await second.ended).code).toBe(0);
  expect(readFileSync(join(home, "restarts.log"), "utf8").trim().split("\n")).toHaveLength(1);
});

test("killed while it waits for an approval, it shows the same approval again and carries on", async () => {
  const first = chat("restart payments in staging");
  await first.child.says("y approves");
  await first.child.kill();
  expect((await first.ended).output).toContain(shownByTour("Approval · ", "y approves"));

  const second = chat();
  await second.child.says("y approves");
  second.child.process.stdin?.end("y\n");
  const { code, output } = await second.ended;
  expect(code).toBe(0);
  expect(output).toContain("✓ restart_service");
  expect(readFileSync(join(home, "restarts.log"), "utf8").trim().split("\n")).toHaveLength(1);
});

test("killed in the middle of what must happen once, it asks what happened and does not do it again", async () => {
  const restarts = join(home, "restarts.log");
  const first = chat("restart payments in staging");
  first.child.process.stdin?.write("y\n");
  // The line is written in the middle of the call: three seconds long, a second and a half to go.
  await writes(first, restarts);
  await first.child.kill();

  const second = chat();
  await second.child.says("3. Stop");
  second.child.process.stdin?.end("1\n");
  const { code, output } = await second.ended;
  expect(code).toBe(0);
  expect(output).toContain(shownByTour("In doubt · ", "type the number"));
  expect(output).toContain("Answered by");
  expect(readFileSync(restarts, "utf8").trim().split("\n")).toHaveLength(1);
});

test("a second chat on the same machine says why it can't start", async () => {
  const first = chat();
  await first.child.says("Give it a task");
  const { code, output } = await chat().ended;
  expect({ code, output }).toEqual({
    code: 1,
    output: "Another chat is open on this machine. Close it, or use npm run client.\n",
  });
});
