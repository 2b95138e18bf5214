/** Before all tests, once: two files that need the console never build it at the same time. */
import { buildConsole } from "../../src/cli/build-console.ts";

/** Called by vitest; quick when nothing has changed. */
export function setup(): Promise<void> {
  return buildConsole();
}
