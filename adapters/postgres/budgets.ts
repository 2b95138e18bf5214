/** Budgets of all processes on one database: a row for each, which one statement looks at and changes. */
import type { Pool } from "pg";
import type { Budgets } from "../../src/core/ports/budgets.ts";
import { defaultLimits, type Limits, openPool } from "./connection.ts";
import type { WakesLog } from "./lane.ts";

/** `limits` are in ms; without them `defaultLimits` hold. */
export interface BudgetsOptions {
  url: string;
  log: WakesLog;
  limits?: Limits;
}

/** Ms by the clock that all processes share; the same in the whole statement. */
const now = "(extract(epoch FROM statement_timestamp()) * 1000)::float8";

/** No pause is longer. */
const longestPauseMs = 3_600_000;

/**
 * When the row at hand is whole again. $2: ms between two, $3: at once. Further ahead than this it was written by a
 * clock that has been set back since, and holds up nobody.
 */
const freeAt = `CASE WHEN b.free_at > ${now} + $3::bigint * $2::float8 + ${longestPauseMs} THEN 0 ELSE b.free_at END`;

/** What the row at hand still has to give, at most $4. */
const left = `least($4::bigint, floor(($3::bigint * $2::float8 + ${now} - greatest(${freeAt}, ${now})) / $2::float8))`;

/**
 * Processes that ask at the same moment wait for each other at the row. One that is refused reads when there is one
 * again; if the row was made a moment ago it does not see it, and has no answer.
 */
const take = `
  WITH got AS (
    INSERT INTO budgets AS b (name, free_at, granted)
    VALUES ($1, ${now} + least($4::bigint, $3::bigint) * $2::float8, least($4::bigint, $3::bigint))
    ON CONFLICT (name) DO UPDATE SET free_at = greatest(${freeAt}, ${now}) + ${left} * $2::float8, granted = ${left}
    WHERE ${left} >= 1
    RETURNING granted
  )
  SELECT granted AS taken, 0::float8 AS wait FROM got
  UNION ALL
  SELECT 0, free_at - ($3::bigint - 1) * $2::float8 - ${now} FROM budgets
  WHERE name = $1 AND NOT EXISTS (SELECT FROM got)`;

const pause = `
  INSERT INTO budgets AS b (name, free_at, granted)
  VALUES ($1, ${now} + least($4::float8, ${longestPauseMs}) + ($3::bigint - 1) * $2::float8, 0)
  ON CONFLICT (name) DO UPDATE SET free_at = greatest(${freeAt}, excluded.free_at)`;

/** A budget that has been whole for an hour says nothing. */
export async function dropWholeBudgets(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM budgets WHERE free_at < ${now} - 3600000`);
}

/** Two connections of their own at most: whoever waits for a run's commit does not hold up a post's turn. */
export function openBudgets({ url, log, limits = defaultLimits }: BudgetsOptions): Budgets {
  const pool = openPool({ url, limits }, 2);
  return {
    async take(name, { burst, everyMs }, most) {
      try {
        const values = [name, everyMs, burst, most];
        const { rows } = await pool.query<{ taken: string; wait: number }>({
          name: "take",
          text: take,
          values,
        });
        const [row] = rows;
        const taken = Number(row?.taken ?? 0);
        return { taken, waitMs: taken > 0 ? 0 : Math.max(1, Math.ceil(row?.wait ?? everyMs)) };
      } catch (error) {
        log.debug({ err: error, name }, "a common budget could not be asked for");
        return { taken: most, waitMs: 0 };
      }
    },
    async pause(name, { burst, everyMs }, ms) {
      try {
        await pool.query({ name: "pause", text: pause, values: [name, everyMs, burst, ms] });
      } catch (error) {
        log.debug({ err: error, name }, "a common budget could not be paused");
      }
    },
    close: () => pool.end(),
  };
}
