/** What is wrong with a declared command, found when it is declared and not when somebody needs it. */
import { basename } from "node:path";
import { ifMeant } from "../../src/core/text/closest.ts";
import { namesIn, placeholdersIn, type Template } from "./argv.ts";

/** The JSON Schema of one input. */
type Property = Readonly<Record<string, unknown>>;

const shells = new Set([
  "sh",
  "bash",
  "dash",
  "ash",
  "zsh",
  "ksh",
  "fish",
  "csh",
  "tcsh",
  "pwsh",
  "powershell",
]);

/** Programs that start another one, which is named among their arguments. */
const starters = new Set(
  "sudo doas env nice ionice nohup setsid timeout time stdbuf sshpass flock watch xargs".split(" "),
);

/**
 * Throws an Error with all that is wrong, each with what to do. `schema`: the tool's JSON Schema; `templates`: by the
 * key of the declaration; of them only `argv` must use every input.
 */
export function checkTemplates(
  tool: string,
  schema: Readonly<Record<string, unknown>>,
  templates: Readonly<Record<string, Template>>,
): void {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>;
  const used = placeholdersIn(templates.argv ?? []);
  const problems = [
    ...Object.entries(templates).flatMap(([key, template]) =>
      problemsOf(template, properties).map((problem) => `${key}: ${problem}`),
    ),
    ...Object.keys(properties).flatMap((name) =>
      used.has(name) ? [] : [`argv does not use the input ${name}; put {${name}} into it, or drop the input`],
    ),
    ...Object.entries(properties).flatMap(([name, property]) =>
      isScalar(property)
        ? []
        : [`the input ${name} can't be one argument; make it a string, number, boolean or enum`],
    ),
  ];
  if (problems.length > 0) throw new Error(`command ${tool}: ${problems.join("; ")}`);
}

function problemsOf(template: Template, properties: Readonly<Record<string, Property>>): string[] {
  const [program] = template;
  if (typeof program !== "string" || program === "" || program.startsWith("-")) {
    return ["begin with the program"];
  }
  if (/\s/.test(program) && !program.includes("/")) {
    return [
      `begin with the program alone; each argument stands by itself: ${JSON.stringify(program.split(/\s+/))}`,
    ];
  }
  if (namesIn(program).length > 0) return ["no input may choose the program; declare one command for each"];
  const all = [
    placesOf(template, properties),
    shellsOf(program, template, properties),
    signsOf(program, template),
  ];
  return all.flat();
}

const ofShells = new Set(["|", "||", "&&", "&", ">", ">>", "<", "2>", "2>&1"]);
/** To these they are arguments. */
const comparing = new Set(["expr", "test", "["]);

/** Whoever writes one on its own expects a shell, and would get an argument. */
function signsOf(program: string, template: Template): string[] {
  const found = template.flat().find((word) => ofShells.has(word));
  if (found === undefined || comparing.has(basename(program))) return [];
  return [
    `${JSON.stringify(found)} would be an argument, since no shell reads it; call a script of your own`,
  ];
}

/** Each placeholder has an input, and a place that its values can stand in. */
function placesOf(template: Template, properties: Readonly<Record<string, Property>>): string[] {
  return template.flatMap((item) => {
    const names = (typeof item === "string" ? [item] : item).flatMap(namesIn);
    const unknown = names.filter((name) => !Object.hasOwn(properties, name));
    if (unknown.length > 0)
      return unknown.map(
        (name) =>
          `{${name}} is no input${ifMeant(name, Object.keys(properties))}; the inputs are ${list(properties)}`,
      );
    const nullable = names.filter((name) => isNullable(properties[name]));
    if (typeof item !== "string" && nullable.length === 0) {
      return [
        `${JSON.stringify(item)} is never left out, for none of its inputs is .nullable(); write it without the list`,
      ];
    }
    const named = [item].flat().filter((argument) => /^[-\p{Pd}\u2212]+\{/u.test(argument));
    return [
      ...(typeof item === "string" ? nullable : []).map(
        (name) =>
          `{${name}} may be null; put its arguments into a list, which is left out then: [${JSON.stringify(item)}]`,
      ),
      ...named.map(
        (argument) => `${JSON.stringify(argument)} lets an input name an option; write each option out`,
      ),
    ];
  });
}

/** A shell behind the command, here or on another machine, reads its text again: only closed lists may stand there. */
function shellsOf(
  program: string,
  template: Template,
  properties: Readonly<Record<string, Property>>,
): string[] {
  const words = template.flat();
  const isRemote = (word: string, index: number) =>
    basename(word) === "ssh" && (index === 0 || starters.has(basename(program)));
  const at = words.findIndex(
    (word, index) =>
      isRemote(word, index) || (shells.has(basename(word)) && takesText(words.slice(index + 1))),
  );
  if (at < 0) return [];
  const open = words
    .slice(at)
    .flatMap(namesIn)
    .filter((name) => !isClosed(properties[name]));
  return open.map(
    (name) =>
      `{${name}} would be read by a shell; make it a z.enum or a number, or call a script of your own with it as an argument`,
  );
}

/** Whether a shell with these arguments reads a text as its program: `-c`, among other options or written with them. */
function takesText(words: readonly string[]): boolean {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (/^-[a-z]*c[a-z]*$/.test(word) || /^--?c(ommand)?\b/i.test(word)) return true;
    // These have a value of their own behind them.
    if (/^[-+][a-z]*o$|^--(rcfile|init-file)$/i.test(word)) at++;
    else if (!/^[-+]/.test(word)) return false;
  }
  return false;
}

function list(properties: Readonly<Record<string, Property>>): string {
  return Object.keys(properties).join(", ") || "none";
}

function membersOf(property: Property | undefined): readonly Property[] {
  const anyOf = property?.anyOf;
  return Array.isArray(anyOf) ? anyOf : property ? [property] : [];
}

function isNullable(property: Property | undefined): boolean {
  return membersOf(property).some(
    ({ type }) => type === "null" || (Array.isArray(type) && type.includes("null")),
  );
}

function isScalar(property: Property): boolean {
  return membersOf(property).every(
    ({ type, ...rest }) =>
      "enum" in rest ||
      "const" in rest ||
      [type].flat().every((one) => ["string", "number", "integer", "boolean", "null"].includes(String(one))),
  );
}

/** All its values are known, or can't hold a word. */
function isClosed(property: Property | undefined): boolean {
  return membersOf(property).every(
    ({ type, ...rest }) =>
      "enum" in rest || "const" in rest || [type].flat().every((one) => one !== "string"),
  );
}
