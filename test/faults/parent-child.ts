/** Starts a process as tests do and waits for ever, as a test does that hangs. Arguments: the script and its arguments. */
import { startChild } from "../support/child.ts";

const [script = "", ...args] = process.argv.slice(2);
const child = startChild(script, args);
await child.succeeded();
