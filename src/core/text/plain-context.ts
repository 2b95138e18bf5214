/** Of which questions the context is this bot's own words about people and arguments, where no name is Markdown. */

/** false: the context is Markdown, as a model wrote it. */
export function isContextPlain({ kind }: { kind: string }): boolean {
  return kind === "approval";
}
