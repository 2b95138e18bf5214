/**
 * Calls that a server is at work on. Until the protocol of 2026 it asks people over the connection, in the middle of a
 * call, and waits there for the answer: such a call rests here, in the memory of this process, until somebody answers.
 */
import { randomUUID } from "node:crypto";
import {
  type CallToolResult,
  type Client,
  type ElicitResult,
  type Progress,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/client";
import type { CallContext } from "../../src/core/ports/toolbox.ts";
import { type ElicitParams, refusalOf } from "./elicitation.ts";

/** What a call comes to next. */
type Next = { type: "result"; result: CallToolResult } | { type: "asked"; params: ElicitParams };

/** Begins the call. `signal`: gives it up; `told`: its progress. */
export type Send = (signal: AbortSignal, told: (said: Progress) => void) => Promise<CallToolResult>;

/** The call of a run that it is. */
export type CallName = Pick<CallContext, "runId" | "callId">;

export class OpenCall {
  readonly id = randomUUID();
  readonly client: Client;
  readonly name: CallName;
  /** Of the look at it that is going on now. */
  told: (said: Progress) => void = () => {};
  readonly #stop = new AbortController();
  readonly #result: Promise<Next>;
  #asked = Promise.withResolvers<Next>();
  #answer: ((result: ElicitResult) => void) | null = null;
  #isOver = false;

  constructor(client: Client, name: CallName, send: Send) {
    this.client = client;
    this.name = name;
    this.#result = send(this.#stop.signal, (said) => this.told(said)).then((result) => ({
      type: "result",
      result,
    }));
    const over = () => {
      this.#isOver = true;
    };
    // Whoever waits hears of an error; while people are asked nobody does.
    this.#result.then(over, over);
  }

  /** Its server has answered, or is gone: it asks nothing more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects as the call does, also when it is given up by `signal`. */
  async next(signal: AbortSignal): Promise<Next> {
    const stop = () => this.#stop.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await Promise.race([this.#result, this.#asked.promise]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** The server asks. */
  ask(params: ElicitParams): Promise<ElicitResult> {
    if (this.#answer !== null) throw refused("This client asks people one thing at a time in a call.");
    const { promise, resolve } = Promise.withResolvers<ElicitResult>();
    this.#answer = resolve;
    this.#asked.resolve({ type: "asked", params });
    return promise;
  }

  answer(result: ElicitResult): void {
    const answer = this.#answer;
    this.#answer = null;
    this.#asked = Promise.withResolvers<Next>();
    answer?.(result);
  }

  /** The server is told that nobody waits for the call, and whatever it asks is dismissed. */
  giveUp(why: string): void {
    this.#stop.abort(new Error(why));
    this.answer({ action: "cancel" });
  }
}

/** Answers that a day's people owe; who asks more often than that is given up, the oldest first. */
const mostResting = 64;

export class OpenCalls {
  readonly #working = new Set<OpenCall>();
  readonly #resting = new Map<string, OpenCall>();

  begin(client: Client, name: CallName, send: Send): OpenCall {
    const call = new OpenCall(client, name, send);
    this.#working.add(call);
    return call;
  }

  over(call: OpenCall): void {
    this.#working.delete(call);
  }

  /** It waits for people. */
  rest(call: OpenCall): void {
    this.#working.delete(call);
    this.#resting.set(call.id, call);
    const [oldest] = this.#resting.values();
    if (this.#resting.size <= mostResting || oldest === undefined) return;
    this.#resting.delete(oldest.id);
    oldest.giveUp("too many calls wait for people");
  }

  /** People have answered. null: it is not here any more, or never was in this process. */
  resume(id: string): OpenCall | null {
    const call = this.#resting.get(id) ?? null;
    if (call === null) return null;
    this.#resting.delete(id);
    this.#working.add(call);
    return call;
  }

  /** The calls that wait for people. */
  get resting(): readonly CallName[] {
    return [...this.#resting.values()].map(({ name }) => name);
  }

  /** Nobody goes on with this call any more. */
  giveUp({ runId, callId }: CallName): void {
    for (const [id, call] of this.#resting) {
      if (call.name.runId !== runId || call.name.callId !== callId) continue;
      this.#resting.delete(id);
      call.giveUp("it was stopped while people were asked");
    }
  }

  /** The request names no call: it is the only one on this connection, at work or waiting for people. */
  asked(params: ElicitParams, client: Client): Promise<ElicitResult> {
    const open = [...this.#working, ...this.#resting.values()];
    const [only, ...more] = open.filter((call) => call.client === client && !call.isOver);
    if (only === undefined) throw refused("No call is under way here that people could be asked for.");
    if (more.length > 0) {
      throw refused(
        "Several calls are under way here, and it can't be told for which of them people are asked.",
      );
    }
    const refusal = refusalOf(params);
    if (refusal !== null) throw refused(refusal);
    return only.ask(params);
  }
}

function refused(words: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidRequest, words);
}
