/** The terminal as a channel: one person at this machine, one thread at a time. */
import { randomUUID } from "node:crypto";
import type { Actor } from "../../src/core/actor.ts";
import { never } from "../../src/core/never.ts";
import type { Channel, Inlet } from "../../src/core/ports/channel.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Outcome } from "../../src/core/ports/inbound.ts";
import { liveStatuses } from "../../src/core/text/status.ts";
import { visibleJson } from "../../src/core/text/visible.ts";
import { can } from "./about.ts";
import { newThread } from "./address.ts";
import { type Line, span } from "./line.ts";
import { parse, parseArguments, parseReason, type Typed } from "./parse.ts";
import { render } from "./render.ts";
import { Standing } from "./standing.ts";
import type { Surface } from "./surface.ts";

export interface TerminalOptions {
  surface: Surface;
  /** What the person is called: shown, never trusted. */
  personName: string;
  clock: Clock;
  /** IANA name; undefined: this machine's. */
  timeZone?: string;
  /** The person wants to leave. */
  onQuit(): void;
}

/** A channel whose words come by `hear` and not from a platform. */
export interface TerminalChannel extends Channel {
  /** What was typed. Resolves when it is durable. */
  hear(text: string): Promise<void>;
  /** Texts that were heard and whose outcome is not known yet. */
  readonly pending: number;
}

/** Not started; nothing is shown before `start`. */
export function terminalChannel(options: TerminalOptions): TerminalChannel {
  return new Terminal(options);
}

class Terminal implements TerminalChannel {
  readonly name = "terminal";
  readonly can = can;
  readonly identify = async (actor: Actor) => actor;
  readonly #options: TerminalOptions;
  readonly #actor: Actor;
  readonly #standing = new Standing();
  #inlet: Inlet | null = null;
  #address = newThread();
  #detail: Extract<Typed, { type: "asks" }> | null = null;
  #pending = 0;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#actor = {
      principal: "terminal:local",
      name: options.personName,
      groups: [],
      guest: false,
      kind: "person",
    };
  }

  get pending(): number {
    return this.#pending;
  }

  /** Shows what a former chat left unfinished and goes on in its thread. */
  async start(inlet: Inlet): Promise<void> {
    this.#inlet = inlet;
    const left = await inlet.store.runs({
      channel: this.name,
      status: liveStatuses,
      limit: 20,
    });
    this.#address = left[0]?.address ?? this.#address;
    for (const { runId } of left.reverse()) {
      for (const { id, body } of await inlet.store.deliveries(runId)) this.#show(id, body);
    }
    this.#prompt();
  }

  async stop(): Promise<void> {
    this.#inlet = null;
  }

  async post({ id, body }: Parameters<Channel["post"]>[0]): Promise<{ remoteId: string }> {
    this.#show(id, body);
    this.#prompt();
    return { remoteId: id };
  }

  /** What the posts show anyway is not said twice. */
  async whisper(_inbound: unknown, { type, text }: Outcome): Promise<void> {
    this.#pending -= 1;
    if (type !== "launched" && type !== "answered" && text !== "") this.#tell(text);
  }

  handle(): null {
    return null;
  }

  health(): { ok: boolean; detail: string } {
    return { ok: this.#inlet !== null, detail: this.#address };
  }

  async hear(text: string): Promise<void> {
    const detail = this.#detail;
    this.#detail = null;
    const typed =
      detail === null
        ? parse(text, this.#standing.asked)
        : detail.for === "reason"
          ? parseReason(text, detail.questionId)
          : parseArguments(text, detail.questionId);
    await this.#do(typed);
    if (this.#detail === null) this.#prompt();
  }

  async #do(typed: Typed): Promise<void> {
    switch (typed.type) {
      case "intent":
        await this.#accept(typed.intent);
        break;
      case "told":
        this.#tell(typed.text);
        break;
      case "asks":
        await this.#ask(typed);
        break;
      case "undo":
        await this.#undo();
        break;
      case "new_thread":
        this.#address = newThread();
        this.#tell("A new thread: the next task starts afresh.");
        break;
      case "quit":
        this.#options.onQuit();
        break;
      case "nothing":
        break;
      default:
        never(typed);
    }
  }

  async #accept(intent: Extract<Typed, { type: "intent" }>["intent"]): Promise<void> {
    if (!this.#inlet) return;
    this.#pending += 1;
    await this.#inlet.accept({
      key: randomUUID(),
      actor: this.#actor,
      channel: this.name,
      address: this.#address,
      intent,
      replyTo: {},
      context: [],
      writtenAt: this.#options.clock.now(),
    });
  }

  async #undo(): Promise<void> {
    const questionId = this.#standing.undoable;
    if (questionId === null) this.#tell("Nothing here can be undone.");
    else await this.#accept({ type: "undo", questionId });
  }

  async #ask(asks: Extract<Typed, { type: "asks" }>): Promise<void> {
    const { surface } = this.#options;
    this.#detail = asks;
    if (asks.for === "reason") {
      surface.expect("reason › ");
      return;
    }
    const row = await this.#inlet?.store.question(asks.questionId);
    this.#tell(
      "Change the arguments and press Enter: the call is shown anew with them. An empty line: nothing.",
    );
    surface.expect("arguments › ", visibleJson(row?.question.call?.input ?? {}));
  }

  #show(id: string, body: Parameters<typeof render>[0]): void {
    const { surface, clock, timeZone } = this.#options;
    this.#standing.show(id, body);
    surface.put(id, render(body, { now: clock.now(), timeZone }));
  }

  #tell(text: string): void {
    const line: Line = { spans: [span(text, "dim")], indent: 0, passing: false };
    this.#options.surface.tell([line]);
  }

  #prompt(): void {
    if (this.#detail === null) this.#options.surface.expect(this.#standing.prompt);
  }
}
