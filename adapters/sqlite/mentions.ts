/** Whether a run holds a text in what people know of it, used a tool, came of a run, or came to an outcome that says so. */
import type { SQL } from "drizzle-orm";
import {
  likePattern,
  outcomeEvents,
  outcomePatterns,
  runSign,
  toolEvents,
  toolSign,
} from "../../src/core/store/rows.ts";
import { and, eq, inArray, or, sql } from "./drizzle.ts";
import { events, runs } from "./schema.ts";

/** What people know of a run: its task, who started it, its agent, its id. */
const known = sql`concat_ws(char(10), ${runs.task}, ${runs.personName}, ${runs.agent}, ${runs.runId})`;

/** In any case of the letters, and with every sign taken literally. */
export function mentions(text: string): SQL {
  return sql`fold(${known}) LIKE ${likePattern(text)} ESCAPE '\\'`;
}

/** The tool was chosen, by the model, by whoever launched, or to be asked beforehand. */
export function used(tool: string): SQL {
  const chosen = sql`instr(${events.data}, ${toolSign(tool)}) > 0`;
  return hasEvent(toolEvents, chosen);
}

/** It answered, or failed, with these words. */
export function cameTo(text: string): SQL {
  const said = outcomePatterns(text).map((like) => sql`fold(${events.data}) LIKE ${like} ESCAPE '\\'`);
  return hasEvent(outcomeEvents, or(...said));
}

/** Its launch, which is its first event, names this run. */
export function launchNames(runId: string): SQL {
  const first = and(eq(events.runId, runs.runId), eq(events.version, 1));
  return sql`instr((SELECT ${events.data} FROM ${events} WHERE ${first}), ${runSign(runId)}) > 0`;
}

/** A call was answered with one of these ids of runs. */
export function resultNames(runIds: readonly string[]): SQL {
  const named = sql`EXISTS (SELECT value FROM json_each(${JSON.stringify(runIds)}) WHERE instr(${events.data}, value) > 0)`;
  return hasEvent(["call_finished"], named);
}

function hasEvent(types: readonly string[], holds: SQL | undefined): SQL {
  const ofRun = and(eq(events.runId, runs.runId), inArray(events.type, [...types]), holds);
  return sql`EXISTS (SELECT 1 FROM ${events} WHERE ${ofRun})`;
}
