/** A foreign server whose tools this bot uses (MCP), as health, the doctor and the command line tell of it. */

/**
 * offered: accepted, and the same as then · changed: accepted, and now another · gone: accepted, and the server has it
 * no more · new: allowed, and accepted by nobody so far · refused: it can't be a tool here
 */
type Standing = "offered" | "changed" | "gone" | "new" | "refused";

/** One tool of it, by the server's own name. */
export interface ServedTool {
  name: string;
  standing: Standing;
  /** What is to be known or done about it; empty for one that is offered. */
  words: string;
}

export interface ToolServerStatus {
  name: string;
  /** It is connected, and all its accepted tools are what was accepted. */
  ok: boolean;
  /** How it is, for the operator. Never a secret. */
  detail: string;
  /** As the server says it of itself; null: it was not reached yet. */
  version: string | null;
  tools: readonly ServedTool[];
}
