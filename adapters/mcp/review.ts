/** What people look at before they accept a server's tools: each definition before and now, and nothing of it hidden. */
import type {
  AcceptedChanges,
  DefinitionHash,
  ReviewedTool,
  ServedTool,
  ShownDefinition,
} from "../../src/core/ports/tool-server.ts";
import { visible, visibleJson } from "../../src/core/text/visible.ts";
import { type Definition, hashOf, sorted } from "./definition.ts";
import { type Rules, sound } from "./standing.ts";

/** `shown`: how they stand, one for each tool. */
export function reviewed(
  rules: Rules,
  locked: ReadonlyMap<string, Definition>,
  definitions: readonly Definition[],
  shown: readonly ServedTool[],
): ReviewedTool[] {
  const fit = new Map(sound(rules, definitions).fit.map((definition) => [definition.name, definition]));
  return shown.map((tool) => ({
    ...tool,
    before: shownOf(locked.get(tool.name)),
    now: shownOf(fit.get(tool.name)),
  }));
}

function shownOf(definition: Definition | undefined): ShownDefinition | null {
  if (definition === undefined) return null;
  const { description, schema } = definition;
  return {
    sha256: hashOf(definition),
    // Whole: what a model reads is cut only after all that is hidden was taken out.
    description: visible(description),
    schema: visibleJson(sorted(schema), 2),
  };
}

/** The names of tools in which what was shown and what is offered differ. */
export function otherThan(shown: readonly DefinitionHash[], offered: readonly Definition[]): string[] {
  const before = new Map(shown.map(({ name, sha256 }) => [name, sha256]));
  const now = new Map(offered.map((definition) => [definition.name, hashOf(definition)]));
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name)).sort();
}

export function changesBy(
  locked: ReadonlyMap<string, Definition>,
  offered: readonly Definition[],
): AcceptedChanges {
  const before = new Map([...locked].map(([name, definition]) => [name, hashOf(definition)]));
  const now = offered.map((definition) => ({ name: definition.name, sha256: hashOf(definition) }));
  const names = new Set(now.map(({ name }) => name));
  return {
    written: now.filter(({ name, sha256 }) => before.get(name) !== sha256),
    gone: [...before.keys()].filter((name) => !names.has(name)),
  };
}
