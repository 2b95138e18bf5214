/** Reads TypeScript into syntax trees, with the same compiler that checks the types. */
import type { Node, SourceFile } from "typescript/unstable/ast";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import { API } from "typescript/unstable/sync";
import type { Texts } from "./tree.ts";

/** One place in a file, and what stands there. */
export interface Found {
  /** `path:line`, counted from 1 */
  at: string;
  what: string;
}

export interface Parsed {
  path: string;
  text: string;
  tree: SourceFile;
}

// TypeScript 7 calls this interface unstable. Its version is pinned, and what opens it stands in this file alone.
// The compiler runs as a process of its own and may say "context canceled" when it is ended: that is no failure.
const root = "/measured";

/** Parses every file by itself: no import is followed and no type is looked up. Throws when a file has none. */
export function parse(texts: Texts): Parsed[] {
  const settings = {
    compilerOptions: { noLib: true, noResolve: true, types: [], jsx: "preserve" },
    files: [...texts.keys()].map((path) => `${root}/${path}`),
  };
  const files = new Map([...texts].map(([path, text]) => [`${root}/${path}`, text]));
  files.set(`${root}/tsconfig.json`, JSON.stringify(settings));
  const api = new API({ cwd: root, fs: createVirtualFileSystem(Object.fromEntries(files)) });
  try {
    using snapshot = api.updateSnapshot({ openProjects: [`${root}/tsconfig.json`] });
    const project = snapshot.getProjects()[0];
    return [...texts].map(([path, text]) => {
      const tree = project?.program.getSourceFile(`${root}/${path}`);
      if (tree === undefined) throw new Error(`TypeScript gives no syntax tree for ${path}.`);
      return { path, text, tree };
    });
  } finally {
    api.close();
  }
}

/** Calls `visit` with every node of the tree, parents before their children. */
export function eachNode(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => eachNode(child, visit));
}

/** The line on which a node begins, without the comment above it, counted from 1. */
export function lineOf(file: Parsed, node: Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
}

export function placeOf(file: Parsed, node: Node): string {
  return `${file.path}:${lineOf(file, node)}`;
}
