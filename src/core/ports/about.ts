/** What a channel says of itself before it is open: configuration, server, doctor and console fold these facts. */
import type { Address } from "../actor.ts";
import type { Budgets } from "./budgets.ts";
import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { Finding } from "./finding.ts";

/** One environment variable of a channel. */
export interface Variable {
  /** What of it must never be shown: all, the password inside a URL, or nothing. */
  secret: "all" | "password" | "nothing";
  form: { test(value: string): boolean };
  /** What is told when `form` does not hold, e.g. `must be an http(s) URL`. */
  must: string;
  /** What it is for, for docs/configuration.md. */
  purpose: string;
}

/** Values by the variable's name; what is unset is missing. */
export type Values = Readonly<Record<string, string | undefined>>;

/** As much of a logger as a channel uses; pino fits. */
interface ChannelLog {
  info(fields: object, phrase: string): void;
  warn(fields: object, phrase: string): void;
  error(fields: object, phrase: string): void;
}

/** What every channel is given when it opens. */
interface Surroundings {
  /** Where people reach the console, no slash at the end; null: nowhere but on this machine. */
  publicUrl: string | null;
  /** Hosts that untrusted text may link to. */
  trustedLinkHosts: readonly string[];
  /** null: this process is the only one that sends. */
  budgets: Budgets | null;
  clock: Clock;
  log: ChannelLog;
}

/** A channel whose variables are set and fit together. */
export interface Connection {
  /** Loads the platform's SDK, which a channel that is off never does. */
  open(around: Surroundings): Promise<Channel>;
  /**
   * Looks at the set-up from the outside and changes nothing. Never throws: what could not be asked is a finding.
   * @param file the text of the file behind `doctorFile`, or null
   */
  diagnose(place: { publicUrl: string | null; file: string | null }): Promise<Finding[]>;
}

/** Data and pure functions alone: nothing of it opens a connection or reads the environment. */
export interface ChannelAbout {
  /** The first part of its addresses and principals: `slack`. */
  name: string;
  /** As people read it: `Slack`. */
  title: string;
  variables: Readonly<Record<string, Variable>>;
  /** The form of what a rule has behind `<name>:`, a single principal or many (`T1/U1`, `T1/*`). */
  rule: RegExp;
  /** Rules as an example to follow, whole: `slack:T1/U1`. */
  examples: readonly string[];
  /** Places behind `<name>:` where each run that is launched there makes a thread of its own; null: there are none. */
  threadPlace: RegExp | null;
  /** Paths of the server that this channel answers, as hono writes them. */
  paths: readonly string[];
  /** Where a person opens this address in the platform; null when nowhere. */
  link(address: Address): string | null;
  /** The page that says how to switch it on by its variables; null: these alone don't. */
  guide: string | null;
  /** The doctor's option that names a file with more authority for its look, or null. */
  doctorFile: string | null;
  /** null: off. Values that are there passed their `form`; `problems` gets a line for what does not fit together. */
  connect(values: Values, problems: string[]): Connection | null;
}

/** A variable that is one secret, of any form. */
export function anySecret(purpose: string): Variable {
  return { secret: "all", form: /./, must: "must not be empty", purpose };
}

/** A variable that points an SDK at another host. */
export function serverUrl(purpose: string): Variable {
  return {
    secret: "nothing",
    form: { test: (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) },
    must: "must be an http(s) URL",
    purpose,
  };
}
