/** Before all tests, once: makes what two files at the same time would get in each other's way making. */
import chromium from "@sparticuz/chromium";
import { buildConsole } from "../../../src/cli/build-console.ts";

/** Called by vitest; quick when the console has not changed and the browser is unpacked. */
export async function setup(): Promise<void> {
  await Promise.all([buildConsole(), chromium.executablePath()]);
}
