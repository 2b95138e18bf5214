/** What a declared command is made of: its arguments with placeholders, each of which fills one place and no other. */

/**
 * One argument, or a list that is left out as a whole when one of its values is null. `{name}` stands for an input.
 */
type Argument = string | readonly string[];
/** The program and its arguments; nothing of it is ever read by a shell. */
export type Template = readonly Argument[];
/** A call's checked input, by the names of the placeholders. */
export type Values = Readonly<Record<string, unknown>>;

/** What stands in the way of a call: the input's key and words for the model. */
export interface ArgumentProblem {
  name: string;
  message: string;
}

const placeholder = /\{([A-Za-z_]\w*)\}/g;
/** What the kernel takes as one argument is more, on every system; nobody reads it. */
const longest = 32_768;
/** NUL and its kin, line ends, and the controls that make text look other than it is. */
const unwanted = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
/** Programs and people take other dashes for this one. */
const dash = /^[-\p{Pd}\u2212]/u;

/** Names without braces, each once. */
export function placeholdersIn(template: Template): Set<string> {
  return new Set(template.flat().flatMap((argument) => namesIn(argument)));
}

/** Names of the placeholders of one argument, without braces, in their order. */
export function namesIn(argument: string): string[] {
  return [...argument.matchAll(placeholder)].map(([, name = ""]) => name);
}

/**
 * The argument vector of a call. `values` are a parsed input: strings, numbers, booleans, and null where the template
 * allows it.
 */
export function buildArgv(
  template: Template,
  values: Values,
): { ok: true; argv: string[] } | { ok: false; problems: ArgumentProblem[] } {
  const argv: string[] = [];
  const problems: ArgumentProblem[] = [];
  // Behind a literal "--" no program that knows it reads an option any more.
  let optionsEnded = false;
  for (const item of template) {
    if (typeof item !== "string" && item.flatMap(namesIn).some((name) => values[name] === null)) continue;
    for (const argument of typeof item === "string" ? [item] : item) {
      const filled = fill(argument, values, problems);
      if (!optionsEnded && argument.startsWith("{") && filled !== argument && dash.test(filled)) {
        problems.push({ name: namesIn(argument)[0] ?? "", message: optionMessage(filled) });
      }
      argv.push(filled);
    }
    if (item === "--") optionsEnded = true;
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, argv };
}

function optionMessage(filled: string): string {
  return `${JSON.stringify(filled.slice(0, 40))} begins with a dash and could be read as an option; give a value that does not`;
}

function fill(argument: string, values: Values, problems: ArgumentProblem[]): string {
  return argument.replaceAll(placeholder, (_, name: string) => {
    const text = textOf(values[name]);
    const message = problemOf(text);
    if (message !== null) problems.push({ name, message });
    return text ?? "";
  });
}

/** null: no value that an argument could be. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function problemOf(text: string | null): string | null {
  if (text === null) return "is no text, number or boolean, so it can't be an argument";
  if (text === "") return "is empty, and an empty argument means something else to every program";
  if (unwanted.test(text) || !text.isWellFormed()) {
    return "holds a line end, a control character or half a character; give plain text of one line";
  }
  return text.length > longest ? `is longer than ${longest} characters; give less` : null;
}

/**
 * As people read it: arguments with anything but plain characters are quoted, so that each can be told from the next.
 */
export function shownArgv(argv: readonly string[]): string {
  return argv.map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : JSON.stringify(one))).join(" ");
}
