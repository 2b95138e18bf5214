/** `npm run check`: types, lint and what nobody uses, all three at once; each is shown whole when it has ended. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const programs = [["tsc", "--noEmit"], ["biome", "check", "."], ["knip"]] as const;

const ended = await Promise.all(programs.map(([program, ...args]) => run(program, args)));
process.exitCode = ended.every((status) => status === 0) ? 0 : 1;

/** Resolves to its exit status; 1 when it could not be started, or a signal ended it. */
function run(program: string, args: readonly string[]): Promise<number> {
  const shell = process.platform === "win32";
  const child = spawn(program, args, { cwd: root, shell, stdio: ["ignore", "pipe", "pipe"] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => said.push(piece));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${program} could not be started: ${error.message}. Run it through npm.`);
      resolve(1);
    });
    child.on("close", (status) => {
      process.stdout.write(`${program}: ${status === 0 ? "fine" : "failed"}\n${Buffer.concat(said)}`);
      resolve(status ?? 1);
    });
  });
}
