/** Chooses the files to measure: what people wrote for the program, apart from its tests. */
import { globSync, readFileSync } from "node:fs";
import { basename, join, sep } from "node:path";

/** Every TypeScript file by its path from the measured folder, with `/` between folders. */
export type Texts = ReadonlyMap<string, string>;

type Role = "source" | "test" | "left out";

const skippedFolders = new Set(["node_modules", "dist", "build", "coverage", "data"]);
const besideTheProgram = new Set(["bench", "benchmarks", "docs", "examples", "scripts"]);
const testFolders = new Set(["test", "tests", "__tests__"]);

/** Reads every `.ts`, `.tsx` and `.mts` file below `folder`; installed and built folders are not entered. */
export function readTree(folder: string): Texts {
  const paths = globSync("**/*.{ts,tsx,mts}", {
    cwd: folder,
    exclude: (path) => skippedFolders.has(basename(path)) || /^\.[^.]/.test(basename(path)),
  });
  const posix = paths.map((path) => path.replaceAll(sep, "/")).sort();
  return new Map(posix.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/**
 * What a file counts as. Declarations (`.d.ts`), generated files, the settings of tools at the top of the folder,
 * benchmarks, examples and documentation are left out.
 */
function roleOf(path: string, text: string): Role {
  const folders = path.split("/").slice(0, -1);
  const name = basename(path);
  if (/\.d\.m?ts$/.test(name)) return "left out";
  if (/\.(generated|gen)\./.test(name) || /@generated|DO NOT EDIT/.test(text.slice(0, 500)))
    return "left out";
  if (folders.some((folder) => testFolders.has(folder)) || /\.(test|spec)\./.test(name)) return "test";
  if (folders.some((folder) => besideTheProgram.has(folder))) return "left out";
  return folders.length === 0 && /\.config\./.test(name) ? "left out" : "source";
}

/** The files of one role. */
export function withRole(texts: Texts, role: Role): Texts {
  return new Map([...texts].filter(([path, text]) => roleOf(path, text) === role));
}

/** Ends of lines, as `wc -l` counts them. */
export function linesOf(text: string): number {
  return text.split("\n").length - 1;
}
