/** Which files and folders need each other. Imports of types count like any other. */
import { posix } from "node:path";
import { isStringLiteral } from "typescript/unstable/ast";
import type { Parsed } from "./parse.ts";

/** Every file with the files it imports; packages are left out. */
export type Imports = ReadonlyMap<string, readonly string[]>;

export function importsOf(files: readonly Parsed[]): Imports {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map((file) => {
      const asked = file.tree.imports.filter(isStringLiteral).map(({ text }) => text);
      const found = asked.map((target) => resolved(file.path, target, known));
      return [file.path, [...new Set(found.filter((path) => path !== undefined))]];
    }),
  );
}

/** `./x.js`, `./x` and `./x/index` mean the same file for a bundler: the first that exists counts. */
function resolved(from: string, target: string, known: ReadonlySet<string>): string | undefined {
  if (!target.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), target);
  const bare = path.replace(/\.[mc]?jsx?$/, "").replace(/\/$/, "");
  const endings = [".ts", ".tsx", ".mts", "/index.ts", "/index.tsx"];
  return [path, ...endings.map((ending) => bare + ending)].find((candidate) => known.has(candidate));
}

/** Groups of files that all reach each other (the strongly connected components), the largest first. */
export function circlesOf(imports: Imports): string[][] {
  const reached = new Map([...imports.keys()].map((path) => [path, reachableFrom(path, imports)]));
  const placed = new Set<string>();
  const circles: string[][] = [];
  for (const [path, from] of reached) {
    if (placed.has(path) || !from.has(path)) continue;
    const circle = [...from].filter((other) => reached.get(other)?.has(path) === true).sort();
    for (const member of circle) placed.add(member);
    if (circle.length > 1) circles.push(circle);
  }
  return circles.sort((a, b) => b.length - a.length);
}

function reachableFrom(start: string, imports: Imports): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(imports.get(start) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...(imports.get(next) ?? []));
  }
  return reached;
}

/**
 * Pairs of folders with imports in both directions, so that one of them points up. With two `levels`
 * only the first two folders of a path count: `src/console/run` and `src/console/shell` are then one room.
 */
export function mutualFolders(imports: Imports, levels = Number.POSITIVE_INFINITY): string[] {
  const folderOf = (path: string) => path.split("/").slice(0, -1).slice(0, levels).join("/");
  const arrows = new Set<string>();
  for (const [path, targets] of imports) {
    for (const target of targets) arrows.add(`${folderOf(path)} ↔ ${folderOf(target)}`);
  }
  const turned = (arrow: string) => arrow.split(" ↔ ").reverse().join(" ↔ ");
  return [...arrows].filter((arrow) => arrow < turned(arrow) && arrows.has(turned(arrow))).sort();
}
