/** Where there is no /proc, a process is identified in the same words by all who have to find it. */
import { afterEach, expect, test, vi } from "vitest";
import { identify, plainEnv } from "../../src/tools/process-id.ts";

const own = process.platform;

vi.mock("node:child_process", () => ({
  execFileSync: (file: string, _: string[], { env = process.env }: { env?: NodeJS.ProcessEnv }) =>
    `${file} ${env.PATH} ${env.TZ} ${env.LC_ALL}`,
}));

afterEach(() => {
  vi.unstubAllEnvs();
  Object.defineProperty(process, "platform", { value: own });
});

test("the guard's environment decides, whatever the bot's zone, language and folders are", () => {
  Object.defineProperty(process, "platform", { value: "darwin" });
  for (const [name, value] of Object.entries(plainEnv)) vi.stubEnv(name, value);
  const byGuard = identify(7);
  for (const name of Object.keys(plainEnv)) vi.stubEnv(name, "other");
  expect(identify(7, plainEnv)).toEqual(byGuard);
  expect(identify(7)).not.toEqual(byGuard);
});
