/** The source files of the repository, read: their text and what each imports. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface Source {
  path: string;
  text: string;
  imports: { target: string; typeOnly: boolean }[];
}

export function sourcesIn(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      // In hidden folders other tests keep what they write for the time that they take.
      .filter((name) => /\.tsx?$/.test(name) && !/(^|[\\/])\./.test(name))
      .map((name) => sourceAt(join(folder, name))),
  );
}

function sourceAt(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const found = text.matchAll(
    /^(?:import|export)\s([^;"]*?)\sfrom "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gm,
  );
  const imports = [...found].map(([, names = "", named, bare, dynamic]) => ({
    target: named ?? bare ?? dynamic ?? "",
    typeOnly: names.startsWith("type ") || /^\{(\s*type \w+( as \w+)?,?)+\s*\}$/.test(names),
  }));
  return { path, text, imports };
}

/** A relative import as a path from the root, a package as it is. */
export function placeOf(source: Source, target: string): string {
  return target.startsWith(".") ? relative(root, resolve(root, dirname(source.path), target)) : target;
}

/** All that is shipped. */
export const program = [...sourcesIn("src", "adapters"), sourceAt("belay.config.ts")];

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}
