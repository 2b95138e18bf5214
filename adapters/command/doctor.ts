/** What the doctor looks at for a declared command: whether its programs and its folder are there. Starts nothing. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import type { Connection } from "../../src/tools/connection.ts";
import { environmentOf } from "./environment.ts";
import type { Runs } from "./preview.ts";

export function tryingCommand(name: string, runs: Runs): Connection {
  const check = `command ${name}`;
  return { check, diagnose: async () => findings(check, runs) };
}

function findings(check: string, { argv, preview, cwd = "/", env = {} }: Runs): Finding[] {
  if (!isFolder(cwd))
    return [broken(check, `there is no folder ${cwd}`, "Make it, or correct cwd in belay.config.ts.")];
  const { PATH: path = "" } = environmentOf(env);
  const programs = [...new Set([argv[0], ...(preview ? [preview[0]] : [])].map(String))];
  return programs.map((program) => {
    const found = placeOf(program, cwd, path);
    if (found !== null) return fine(check, found);
    const where = program.includes("/") ? "" : ` in ${path}`;
    return broken(
      check,
      `there is no program ${program}${where}`,
      "Install it, or write its whole path into argv.",
    );
  });
}

/** As the system looks for it at the start; null: nowhere. */
function placeOf(program: string, cwd: string, path: string): string | null {
  const places = program.includes("/")
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
