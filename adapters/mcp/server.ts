/** A server as this bot knows it: what was accepted of it, what it offers now, and what follows from the two. */
import {
  type Acceptance,
  NotAccepted,
  type ServedTool,
  type ToolServerReview,
  type ToolServerStatus,
} from "../../src/core/ports/tool-server.ts";
import type { Absence } from "../../src/core/ports/toolbox.ts";
import type { ServerWatch } from "../../src/tools/tool-server.ts";
import { Connection, type Way } from "./connection.ts";
import type { Definition } from "./definition.ts";
import { acceptedIn, writeAccepted } from "./lock.ts";
import { nameHere } from "./names.ts";
import { OpenCalls } from "./open-calls.ts";
import { changesBy, otherThan, reviewed } from "./review.ts";
import { isAllowed, type Rules, sinceStart, sound, standings } from "./standing.ts";

export interface ServerOptions extends Rules {
  /** Where belay.config.ts is, and the lock file beside it. */
  folder: string;
  way: Way;
}

const gone: Absence = { code: "changed", words: "its server has it no more" };

/** Throws an Error when the lock file can't be read. */
export class Server {
  readonly connection: Connection;
  readonly open = new OpenCalls();
  readonly notes: readonly string[];
  /** Of the allowed tools. */
  readonly accepted: ReadonlyMap<string, Definition>;
  readonly #options: ServerOptions;
  /** As the lock file was read last. */
  #locked: ReadonlyMap<string, Definition>;
  #watch: ServerWatch | null = null;
  #tools: readonly ServedTool[] | null = null;
  #shown: readonly ServedTool[] = [];
  #definitions: readonly Definition[] = [];
  #wasThere: boolean | null = null;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { tools, edited } = acceptedIn(options.folder, options.server);
    this.accepted = allowedOf(tools, options);
    this.#locked = this.accepted;
    // Of a list each tool that is missing says so itself.
    const isNew = options.allow === "*" && this.accepted.size === 0 && edited.size === 0;
    this.notes = [
      ...(isNew
        ? [`${options.server}: nobody has accepted its tools yet: npm run mcp -- accept ${options.server}`]
        : []),
      ...[...edited].map(
        (name) =>
          `mcp.lock.json: ${options.server}.${name} was edited: its hash does not fit, and it counts as not accepted`,
      ),
    ];
    this.connection = new Connection({
      ...{ way: options.way, redact: options.redact },
      listed: (definitions) => this.#listed(definitions),
      moved: () => this.#moved(),
      asked: async (params, client) => this.open.asked(params, client),
    });
  }

  start(watch: ServerWatch): void {
    this.#watch = watch;
    this.connection.start();
  }

  /** What stands against a call of this tool now. */
  absence(tool: string): Absence | null {
    const known = this.#tools?.find(({ name }) => name === tool);
    if (known?.standing === "changed") return { code: "changed", words: `the tool changed: ${known.words}` };
    if (known?.standing === "gone") return gone;
    const { trouble } = this.connection;
    return trouble === null ? null : { code: "away", words: `${this.#options.server} is away: ${trouble}` };
  }

  status(): ToolServerStatus {
    const { trouble, version } = this.connection;
    const tools = this.#tools ?? [];
    const broken = tools.filter(({ standing }) => standing === "changed" || standing === "gone");
    return {
      name: this.#options.server,
      ok: trouble === null && broken.length === 0,
      detail: trouble === null ? inWords(this.#shown) : `away: ${trouble}`,
      version,
      tools: this.#shown,
    };
  }

  async look(): Promise<ToolServerStatus> {
    await this.connection.ready(AbortSignal.timeout(45_000)).catch(() => {});
    return this.status();
  }

  /** A server that is away is not waited for: what is known of it is shown. */
  async review(): Promise<ToolServerReview> {
    await this.connection.relist().catch(() => {});
    this.#readLock();
    return { ...this.status(), tools: reviewed(this.#options, this.#locked, this.#definitions, this.#shown) };
  }

  async accept({ shown, noted }: Acceptance = {}): Promise<ToolServerStatus> {
    const { folder, server } = this.#options;
    try {
      await this.connection.ready(AbortSignal.timeout(45_000));
      await this.connection.relist();
    } catch (error) {
      throw new NotAccepted("away", `${server} is away: ${error instanceof Error ? error.message : error}`);
    }
    // Also when it offers something else meanwhile: what is compared is what is written.
    const { fit } = sound(this.#options, this.#definitions);
    const other = shown === undefined ? [] : otherThan(shown, fit);
    if (other.length > 0) {
      const words = `What ${server} offers is not what was shown (${other.join(", ")}). Look at it again.`;
      throw new NotAccepted("changed", words);
    }
    this.#readLock();
    await noted?.(changesBy(this.#locked, fit));
    try {
      writeAccepted(folder, server, fit);
    } catch (error) {
      throw unwritten(error);
    }
    // What was written is what is accepted, also when the file can't be read again by now.
    this.#locked = new Map(fit.map((definition) => [definition.name, definition]));
    this.#show();
    return this.status();
  }

  /** Throws NotAccepted. */
  #readLock(): void {
    try {
      const { tools } = acceptedIn(this.#options.folder, this.#options.server);
      this.#locked = allowedOf(tools, this.#options);
    } catch (error) {
      throw unwritten(error);
    }
    this.#show();
  }

  /** Against the lock file, which may hold more by now than this process started with. */
  #show(): void {
    // Of a server that was never reached nobody knows whether it still has them.
    if (this.#tools === null) return;
    this.#shown = sinceStart(
      standings(this.#options, this.#locked, this.#definitions),
      this.accepted,
      this.#locked,
    );
  }

  #listed(definitions: readonly Definition[]): void {
    const before = this.#tools;
    const tools = standings(this.#options, this.accepted, definitions);
    this.#definitions = definitions;
    this.#tools = tools;
    this.#show();
    for (const { name, standing, words } of tools) {
      if (standing !== "changed" && standing !== "gone") continue;
      const was = before?.find((tool) => tool.name === name);
      const here = nameHere(this.#options.prefix, name);
      if (here === null || (was?.standing === standing && was.words === words)) continue;
      this.#watch?.said(`the tool ${here} of ${this.#options.server} is not what was accepted: ${words}`);
      this.#watch?.changed(here, this.absence(name)?.words ?? words);
    }
  }

  #moved(): void {
    const isThere = this.connection.trouble === null;
    if (this.#wasThere === isThere) return;
    this.#wasThere = isThere;
    const { name, detail, version } = this.status();
    this.#watch?.said(isThere ? `${name} is there: ${version}; ${detail}` : `${name} is ${detail}`);
  }
}

function allowedOf(
  tools: ReadonlyMap<string, Definition>,
  rules: Pick<Rules, "allow">,
): ReadonlyMap<string, Definition> {
  return new Map([...tools].filter(([name]) => isAllowed(rules, name)));
}

function unwritten(error: unknown): NotAccepted {
  const why = error instanceof Error ? error.message : String(error);
  return new NotAccepted("unwritten", why, { cause: error });
}

function inWords(tools: readonly ServedTool[]): string {
  const counts = Map.groupBy(tools, ({ standing }) => standing);
  const words = [...counts].map(([standing, some]) => `${some.length} ${standing}`);
  return words.length === 0 ? "none of its tools is allowed" : `tools: ${words.join(", ")}`;
}
