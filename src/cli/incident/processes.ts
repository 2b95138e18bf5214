/** Programs beside the bot, ended with it: the shop, which is started again whenever it ends, and its watchers. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether all of these can be started by their names. `path`: the folders of programs, as the variable PATH has them. */
export function areInstalled(programs: readonly string[], path: string): boolean {
  const folders = path.split(delimiter);
  return programs.every((name) => folders.some((folder) => isProgram(join(folder, name))));
}

/** A folder of that name, or a file that may not be run, is none. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A program that said what was waited for. */
interface Begun {
  child: ChildProcess;
  found: RegExpExecArray;
}

export class Processes {
  readonly #live = new Set<ChildProcess>();
  /** Told when a program that is kept could not be started again. */
  readonly #lost: (error: unknown) => void;
  #stopped = false;

  constructor(lost: (error: unknown) => void) {
    this.#lost = lost;
  }

  /** Resolves once the pattern is found in what the program writes; rejects when the program ends before. */
  begin(program: string, args: readonly string[], ready: RegExp): Promise<Begun> {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#live.add(child);
    return new Promise((resolve, reject) => {
      let said = "";
      const hear = (piece: Buffer) => {
        said += piece;
        const found = ready.exec(said);
        if (found) resolve({ child, found });
        // Only its last words are of use to anybody; a log may be long.
        said = said.slice(-2000);
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
      child.on("error", (error) => {
        // What was never started has no exit that could be waited for.
        if (child.pid === undefined) this.#live.delete(child);
        reject(error);
      });
      child.on("exit", (code) => {
        this.#live.delete(child);
        reject(new Error(`${program} ended with ${code}: ${said.slice(-300)}`));
      });
    });
  }

  /** As a service manager does: ended, it is started again. */
  async keep(program: string, args: readonly string[], ready: RegExp): Promise<void> {
    const { child } = await this.begin(program, args, ready);
    child.once("exit", () => {
      if (!this.#stopped) this.keep(program, args, ready).catch(this.#lost);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(
      [...this.#live].map(async (child) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
  }
}
