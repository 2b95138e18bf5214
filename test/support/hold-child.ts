/**
 * Holds a program that is not Node for a test: passes on what it writes, and ends it when the test is gone. Arguments:
 * the program and its own.
 */
import { spawn } from "node:child_process";

const [program = "", ...args] = process.argv.slice(2);
delete process.env.TEST_CHILD_LIMIT_MS;
const held = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
held.on("exit", (code) => process.exit(code ?? 1));
// The parent's end of it closes with the parent, however that ends.
process.stdin.on("close", () => held.kill("SIGKILL")).resume();
process.on("SIGTERM", () => held.kill("SIGKILL"));
