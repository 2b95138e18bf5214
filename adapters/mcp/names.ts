/** What a foreign tool is called here: its server's prefix, and its own name in the letters that tools have. */

const longest = 63;

/** null: it would not fit. */
export function nameHere(prefix: string, tool: string): string | null {
  const name = `${prefix}_${tool.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_")}`;
  return name.length <= longest ? name : null;
}

/** Names here that more than one of these tools would have: none of them may pass for another. */
export function sharedNames(prefix: string, tools: readonly string[]): ReadonlySet<string> {
  const byName = Map.groupBy(tools, (tool) => nameHere(prefix, tool) ?? "");
  return new Set([...byName].filter(([, same]) => same.length > 1).map(([name]) => name));
}
