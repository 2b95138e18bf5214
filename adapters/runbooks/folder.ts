/** The runbooks of a folder: `<name>.md`, or `<name>/SKILL.md` with other files beside it, as agent skills are kept. */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { oneLine } from "../../src/core/text/brief.ts";
import { readFrontMatter, withPlainEnds } from "../../src/tools/front-matter.ts";
import { readInside } from "./inside.ts";

export interface Runbook {
  name: string;
  /** When to use it. */
  description: string;
  text: string;
  /** Other files of its folder that are text, by their way from there: `references/limits.md`. */
  files: ReadonlyMap<string, string>;
}

const mainFile = "SKILL.md";
/** Of one file: below what a tool tells the model, so that nothing is cut. */
const maxCharacters = 60_000;
/** What is larger has more characters than that, and is not read. */
const maxBytes = 3 * maxCharacters;
const maxRunbooks = 200;
const maxFiles = 50;

/** Other keys are for other readers. None of them gives a right here. */
const schema = z.object({
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "is lower-case letters and digits, with single - between them"),
  description: z.string().trim().min(1).max(1024).transform(oneLine),
});

/** By name; null: there is no such folder. Throws an Error with all that is wrong, each with the file's name. */
export function readRunbooks(folder: string): Runbook[] | null {
  const entries = entriesOf(folder);
  if (entries === null) return null;
  const problems: string[] = [];
  const root = realpathSync(folder);
  const runbooks = entries.flatMap((entry) => {
    const main = mainOf(folder, entry);
    if (main === null) return [];
    try {
      const runbook = runbookOf(main, join(folder, entry.name), root);
      return runbook ? [runbook] : [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push(`${basename(folder)}/${toSlashes(relative(folder, main))}: ${why}`);
      return [];
    }
  });
  if (runbooks.length > maxRunbooks)
    problems.push(`${folder}: there are ${runbooks.length} runbooks; keep at most ${maxRunbooks}`);
  const list = listOf(runbooks).length;
  if (list > maxCharacters)
    problems.push(
      `${folder}: their list has ${list} characters, and at most ${maxCharacters} are told at once; shorten descriptions`,
    );
  const names = runbooks.map(({ name }) => name);
  for (const name of names.filter((one, index) => names.indexOf(one) !== index))
    problems.push(`${folder}: two runbooks are named ${name}; rename or remove one`);
  if (problems.length > 0) throw new Error(problems.join("; "));
  return runbooks;
}

/** A line each: the name, and when to use it. */
export function listOf(runbooks: readonly Runbook[]): string {
  return runbooks.map(({ name, description }) => `- ${name}: ${description}`).join("\n");
}

function entriesOf(folder: string): Dirent[] | null {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** The file that an entry of the folder is to be read from; null: it is no runbook. */
function mainOf(folder: string, entry: Dirent): string | null {
  if (entry.name.startsWith(".") || entry.name === "README.md") return null;
  const path = join(folder, entry.name);
  const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder(path));
  if (isFolder) return join(path, mainFile);
  return entry.isSymbolicLink() || entry.name.endsWith(".md") ? path : null;
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    // Where it leads is told when it is read.
    return false;
  }
}

/**
 * `path`: the entry, the file itself or its folder. null: a link by another name, to a file of the folder of runbooks.
 * Throws an Error with what is wrong.
 */
function runbookOf(main: string, path: string, root: string): Runbook | null {
  const written = textIn(main, root);
  const isAlone = main === path;
  const called = basename(path);
  if (isAlone && !called.endsWith(".md")) return null;
  if (written === null) throw new Error(`it is not text in UTF-8`);
  const read = readFrontMatter(written, schema, "text");
  if ("problems" in read) throw new Error(read.problems.join("; "));
  const { name, description } = read.data;
  const wanted = isAlone ? called.replace(/\.md$/, "") : called;
  if (name !== wanted) throw new Error(`its name is ${name}; name it ${wanted}, or rename ${called}`);
  if (read.text.length > maxCharacters)
    throw new Error(
      `it has ${read.text.length} characters, and at most ${maxCharacters} are told at once; put parts of it into files of a folder ${name}`,
    );
  return {
    name,
    description,
    text: read.text,
    files: isAlone ? new Map() : filesIn(dirname(main), root),
  };
}

/** What leads out of the folder of runbooks is left out: what is read is what is reviewed here. */
function filesIn(folder: string, root: string): Map<string, string> {
  const found = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isLink: entry.isSymbolicLink() }))
    .filter(({ path }) => path !== join(folder, mainFile) && !isHidden(relative(folder, path)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const texts = found.flatMap(({ path, isLink }) => {
    const text = isLink ? linkedText(path, root) : textIn(path, root, maxBytes);
    return text === null || text.length > maxCharacters
      ? []
      : [[toSlashes(relative(folder, path)), text] as const];
  });
  if (texts.length > maxFiles)
    throw new Error(`there are ${texts.length} files beside it; keep at most ${maxFiles}`);
  return new Map(texts);
}

/** null also where it leads to no file of the folder of runbooks. */
function linkedText(path: string, root: string): string | null {
  try {
    return textIn(path, root, maxBytes);
  } catch {
    return null;
  }
}

/** What a tool has put beside the words: `.git/config`. */
function isHidden(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith("."));
}

/** null: it is not text, or larger than `most` bytes. Throws when it can't be read. */
function textIn(path: string, root: string, most?: number): string | null {
  const bytes = readInside(path, root, most);
  if (bytes === null) return null;
  try {
    return withPlainEnds(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function toSlashes(path: string): string {
  return path.split(sep).join("/");
}
