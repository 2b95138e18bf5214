/** What is said when a tool is called by a name that there is not. */
import { didYouMean } from "../core/text/closest.ts";

/** Why it was left out, or which other one may have been meant. */
export function noSuchTool(name: string, names: readonly string[], leftOut: readonly string[]): string[] {
  const why = leftOut.filter((said) => said.split(/[^a-z0-9_]+/).includes(name));
  const meant = why.length > 0 ? "" : didYouMean(name, names);
  return [`There is no tool ${name}${meant === "" ? "." : meant}`, ...why];
}
