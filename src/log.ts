/** The log: one line per event, pretty in a terminal, JSON otherwise, and never a secret in it. */
import type { Writable } from "node:stream";
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from "pino";
import pretty from "pino-pretty";
import { shownUrl } from "./core/text/shown-url.ts";

/** `redact` is applied to each finished line, so that no field can forget it. */
export interface LogOptions {
  /** pino's level, or `silent`. */
  level: string;
  redact: (text: string) => string;
  /** For people: coloured lines. Default: when standard output is a terminal. */
  pretty?: boolean;
  /** Where the lines go; default standard output. */
  to?: Writable;
}

/**
 * Field names are fixed: run, version, event, effect, tool, channel, ms, commitMs, err. Messages are constant
 * lower-case phrases. The redactor sees each whole line, so nothing gets by it in a field nobody thought of.
 */
export function createLog(options: LogOptions): Logger {
  const isPretty = options.pretty ?? process.stdout.isTTY === true;
  const settings = {
    level: options.level,
    base: null,
    hooks: { streamWrite: options.redact },
    serializers: { err: (error: unknown) => (error instanceof Error ? withoutKeys(error) : error) },
  };
  return pino(settings, isPretty ? prettyStream(options.to) : (options.to ?? standardOutput()));
}

/** The URL that an SDK hangs on its error may be a key to what was asked: a signed file, a window to answer once. */
function withoutKeys(error: Error): object {
  const told = Object.entries(stdSerializers.err(error)).map(([name, value]: [string, unknown]) => {
    const url = typeof value === "string" && /^https?:/i.test(value) ? URL.parse(value) : null;
    return [name, url === null ? value : shownUrl(url)];
  });
  return Object.fromEntries(told);
}

/** A line that can't be written (a full disk) is lost; what it tells of must not fail with it. */
function standardOutput(): DestinationStream {
  return destination({ sync: true }).on("error", () => {});
}

function prettyStream(to: Writable | undefined): DestinationStream {
  return pretty({
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss",
    singleLine: true,
    // In this thread and at once: the last lines before an exit are the ones that matter.
    sync: true,
    destination: to ?? 1,
  });
}
