/** Whether a run holds a text in what people know of it: its task, who started it, its agent, its id. */
import type { SQL } from "drizzle-orm";
import { likePattern } from "../../src/core/store/rows.ts";
import { sql } from "./drizzle.ts";
import { runs } from "./schema.ts";

const known = sql`concat_ws(char(10), ${runs.task}, ${runs.personName}, ${runs.agent}, ${runs.runId})`;

/** In any case of the letters, and with every sign taken literally. */
export function mentions(text: string): SQL {
  return sql`fold(${known}) LIKE ${likePattern(text)} ESCAPE '\\'`;
}
