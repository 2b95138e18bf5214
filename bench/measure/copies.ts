/** Runs of lines that stand in two places. */
import { isImportDeclaration } from "typescript/unstable/ast";
import type { Found, Parsed } from "./parse.ts";

const shortestCopy = 6;

interface Line {
  text: string;
  /** counted from 1 */
  number: number;
}

interface Spot {
  path: string;
  index: number;
}

/**
 * Every run of at least six identical lines that stood before, in another file or above. Blank lines, comments,
 * imports and lines of brackets alone are left out first: they are alike without anything being copied.
 */
export function copiesIn(files: readonly Parsed[]): Found[] {
  const lines = new Map(files.map((file) => [file.path, tellingLines(file)]));
  const firsts = new Map<string, Spot>();
  return [...lines].flatMap(([path, own]) => copiesInFile(path, own, lines, firsts));
}

function copiesInFile(
  path: string,
  own: readonly Line[],
  lines: ReadonlyMap<string, readonly Line[]>,
  firsts: Map<string, Spot>,
): Found[] {
  const found: Found[] = [];
  let copiedUntil = 0;
  for (let index = 0; index + shortestCopy <= own.length; index++) {
    const key = textOf(own.slice(index, index + shortestCopy));
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, { path, index });
      continue;
    }
    const overlaps = first.path === path && first.index + shortestCopy > index;
    if (index < copiedUntil || overlaps) continue;
    const source = lines.get(first.path) ?? [];
    const length = commonLength(own, index, source, first.index);
    copiedUntil = index + length;
    found.push({
      at: `${path}:${own[index]?.number}`,
      what: `${length} lines as in ${first.path}:${source[first.index]?.number}`,
    });
  }
  return found;
}

function commonLength(
  own: readonly Line[],
  from: number,
  source: readonly Line[],
  sourceFrom: number,
): number {
  let length = 0;
  while (
    from + length < own.length &&
    sourceFrom + length < source.length &&
    own[from + length]?.text === source[sourceFrom + length]?.text
  ) {
    length++;
  }
  return length;
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join("\n");
}

function tellingLines(file: Parsed): Line[] {
  const imports = file.tree.statements.filter(isImportDeclaration);
  const withoutImports = imports.reduceRight(
    (text, { pos, end }) => text.slice(0, pos) + text.slice(pos, end).replace(/[^\n]/g, "") + text.slice(end),
    file.text,
  );
  return withoutImports
    .split("\n")
    .map((text, index) => ({ text: text.trim(), number: index + 1 }))
    .filter(({ text }) => /[^\s()[\]{};,]/.test(text) && !/^(\/\/|\/\*|\*)/.test(text));
}
