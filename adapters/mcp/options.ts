/** What is written of a foreign server: its way, which of its tools may be used, and what holds for them. */
import type { PlainTool } from "../../src/tools/contract.ts";
import type { Http, Stdio } from "./ways.ts";

/** What a server says of its tools is never believed: what is left out here is `once`, and people must approve. */
export interface ToolRules
  extends Pick<PlainTool<unknown>, "effect" | "requiresApproval" | "timeoutMs" | "maxOutput"> {
  /** Left out: true, what it answers was written by strangers. */
  untrusted?: boolean;
}

export interface Options extends ToolRules {
  /** The folder of belay.config.ts, which holds the lock file too: pass what `tools` is given. */
  configDir: string;
  /** What people call it: lower-case letters, digits and `-`. */
  name: string;
  /** What its tools begin with; left out: the name. */
  prefix?: string;
  /** The server's names of the tools that may be used at all; `"*"`: any. */
  allow: "*" | readonly string[];
  /** By the server's names: what holds for one tool, before what holds for all of them. */
  tools?: Readonly<Record<string, ToolRules>>;
}

export type ServerOptions = Options & (Stdio | Http);
