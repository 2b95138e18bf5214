/** A foreign server whose tools are tools here: what belay.config.ts lists beside tools, and who starts and ends it. */
import type { AcceptableServer, ToolServerStatus } from "../core/ports/tool-server.ts";
import type { CallContext } from "../core/ports/toolbox.ts";
import type { Connection } from "./connection.ts";
import type { Tool } from "./contract.ts";

/** One call of a run. */
type CallName = Pick<CallContext, "runId" | "callId">;

/** What the server's tools tell those who use them. */
export interface ServerWatch {
  /** A tool, by its name here, is not what was accepted any more; `words`: what differs. */
  changed(tool: string, words: string): void;
  /** It came, went, or is another than before: a line for the log, without secrets. */
  said(words: string): void;
}

export interface ToolServer extends Connection, AcceptableServer {
  /** Those that people have accepted, whether the server is there or not. */
  readonly tools: readonly Tool[];
  /** What the operator should know at the start: entries of the lock file that do not count. */
  readonly notes: readonly string[];
  /** What a tool of the server is called here; it need not be accepted. */
  nameHere(tool: string): string;
  /** Connects in the background, again and again: a start never waits for it. A call connects by itself. */
  start(watch: ServerWatch): void;
  /** Calls that its server holds open in this process while people are asked. */
  waiting(): readonly CallName[];
  /** Nobody goes on with this one. */
  giveUp(call: CallName): void;
  /** Ends the connection and the server's processes. */
  stop(): Promise<void>;
  /** Connects now and compares. Never throws: what went wrong is in the answer. */
  look(): Promise<ToolServerStatus>;
}
