/** What an engine is made of. */
import type { Logger } from "pino";
import type { Agent, FreezeRule, Rights } from "../core/agent.ts";
import type { Channel } from "../core/ports/channel.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Model } from "../core/ports/model.ts";
import type { Store } from "../core/ports/store.ts";
import type { Toolbox } from "../core/ports/toolbox.ts";
import type { Wakes } from "../core/ports/wakes.ts";
import type { Redact } from "../core/text/redact.ts";
import type { Rng } from "./backoff.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** Everything that the engine needs of the world. Tests pass their own clock, random numbers and model. */
export interface EngineOptions {
  store: Store;
  model: Model;
  toolbox: Toolbox;
  agents: readonly Agent[];
  defaultAgent: string;
  /** Rights by agent name; `*` for agents that are not named. */
  rights: Readonly<{ [agent: string]: Rights }>;
  /** Address or prefix → agent name. */
  routes?: Readonly<{ [prefix: string]: string }>;
  /** Spans of time in which calls are not begun. */
  freezes?: readonly FreezeRule[];
  channels: readonly Channel[];
  clock: Clock;
  rng: Rng;
  log: Logger;
  /** Takes the secrets that this bot knows out of whatever is recorded. */
  redact: Redact;
  /** Several processes share the store: it tells what is due. null: this process is the only one and looks itself. */
  wakes?: Wakes | null;
  /** What this process does of the work; without it all. */
  role?: Role;
  /** Shared with the store, whose lists tell it what they leave out. */
  unreadable?: UnreadableRecords;
  /** For so many days it is kept who was refused what; a year when it is left out. */
  auditDays?: number;
}

/** `works`: it drives runs · `speaks`: it has channels. */
export interface Role {
  works: boolean;
  speaks: boolean;
}
