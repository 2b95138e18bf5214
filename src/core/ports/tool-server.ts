/** A foreign server whose tools this bot uses (MCP), as health, the doctor, the console and the command line tell of it. */

/**
 * offered: accepted, and the same as then · accepted: since the start, and offered after the next one · changed:
 * accepted, and now another · gone: accepted, and the server has it no more · new: allowed, and accepted by nobody so
 * far · refused: it can't be a tool here
 */
type Standing = "offered" | "accepted" | "changed" | "gone" | "new" | "refused";

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

/** What names one definition for good: the tool's name, and the SHA-256 (hex) of name, description and schema. */
export interface DefinitionHash {
  name: string;
  sha256: string;
}

/** A definition as people read it: everything in it is seen. */
export interface ShownDefinition {
  sha256: string;
  description: string;
  /** The JSON Schema of its arguments, indented. */
  schema: string;
}

/** One tool as somebody looks at it before they accept it. */
export interface ReviewedTool extends ServedTool {
  /** As the lock file has it; null: it has not. */
  before: ShownDefinition | null;
  /** As the server has it; null: it has it no more, or it can't be a tool here. */
  now: ShownDefinition | null;
}

export interface ToolServerReview extends ToolServerStatus {
  tools: readonly ReviewedTool[];
}

/** A server whose tools people can accept while the bot runs. */
export interface AcceptableServer {
  readonly name: string;
  status(): ToolServerStatus;
  /** What it offers now beside what the lock file holds. Throws NotAccepted `unwritten` when that can't be read. */
  review(): Promise<ToolServerReview>;
  /** Accepts what it offers now: written to the lock file whole, or not at all. Throws NotAccepted. */
  accept(acceptance?: Acceptance): Promise<ToolServerStatus>;
}

export interface Acceptance {
  /** What somebody looked at: all that it offers now, or nothing is accepted. Left out: whatever it offers. */
  shown?: readonly DefinitionHash[];
  /** Called before it is written, with what changes; when it rejects, nothing is written. */
  noted?(changes: AcceptedChanges): Promise<void>;
}

/** What the lock file will hold that it does not hold now, and the names of what it will hold no more. */
export interface AcceptedChanges {
  written: readonly DefinitionHash[];
  gone: readonly string[];
}

/** Nothing was accepted, and the lock file is as it was. */
export class NotAccepted extends Error {
  readonly code: "away" | "changed" | "unwritten";

  /** away: the server can't be reached · changed: it offers something else · unwritten: the lock file, and why */
  constructor(code: NotAccepted["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NotAccepted";
    this.code = code;
  }
}
