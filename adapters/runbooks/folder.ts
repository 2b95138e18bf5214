/** The runbooks of a folder: `<name>.md`, or `<name>/SKILL.md` with other files beside it, as agent skills are kept. */
import { type Dirent, lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { oneLine } from "../../src/core/text/brief.ts";
import { readFrontMatter, withPlainEnds } from "../../src/tools/front-matter.ts";

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
  const runbooks = entries.flatMap((entry) => {
    const main = mainOf(folder, entry);
    if (main === null) return [];
    try {
      return [runbookOf(main, entry)];
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
  if (entry.isDirectory()) return join(folder, entry.name, mainFile);
  return entry.isSymbolicLink() || entry.name.endsWith(".md") ? join(folder, entry.name) : null;
}

/** Throws an Error with what is wrong. */
function runbookOf(main: string, entry: Dirent): Runbook {
  mustBeFile(main);
  const written = textIn(main);
  if (written === null) throw new Error(`it is not text in UTF-8`);
  const read = readFrontMatter(written, schema, "text");
  if ("problems" in read) throw new Error(read.problems.join("; "));
  const { name, description } = read.data;
  const called = entry.isDirectory() ? entry.name : entry.name.replace(/\.md$/, "");
  if (name !== called) throw new Error(`its name is ${name}; name it ${called}, or rename ${entry.name}`);
  if (read.text.length > maxCharacters)
    throw new Error(
      `it has ${read.text.length} characters, and at most ${maxCharacters} are told at once; put parts of it into files of a folder ${name}`,
    );
  return {
    name,
    description,
    text: read.text,
    files: entry.isDirectory() ? filesIn(dirname(main)) : new Map(),
  };
}

/** Throws an Error with what to do. */
function mustBeFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error("it is not there; write it, or move its folder elsewhere");
  if (found.isSymbolicLink())
    throw new Error("it is a link, and links are not followed; put the runbook itself here");
  if (!found.isFile()) throw new Error("it is no file");
}

/** Links are not followed: what is read is what is reviewed here. */
function filesIn(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path !== join(folder, mainFile) && !isHidden(relative(folder, path)))
    .filter((path) => lstatSync(path).size <= maxBytes)
    .sort();
  const texts = paths.flatMap((path) => {
    const text = textIn(path);
    return text === null || text.length > maxCharacters
      ? []
      : [[toSlashes(relative(folder, path)), text] as const];
  });
  if (texts.length > maxFiles)
    throw new Error(`there are ${texts.length} files beside it; keep at most ${maxFiles}`);
  return new Map(texts);
}

/** What a tool has put beside the words: `.git/config`. */
function isHidden(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith("."));
}

/** null: it is not text. Throws when it can't be read. */
function textIn(path: string): string | null {
  try {
    return withPlainEnds(new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function toSlashes(path: string): string {
  return path.split(sep).join("/");
}
