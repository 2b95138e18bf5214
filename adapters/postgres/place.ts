/** Launches that must have an address for themselves: taken one after another, in all processes. */
import type { PoolClient } from "pg";
import type { Only } from "../../src/core/ports/commit.ts";
import { plainText } from "../../src/core/store/codec.ts";

/**
 * Holds the place until the transaction ends, then looks: the run that stands against the launch, or null. The lock
 * comes first, in a statement of its own, so that the look sees what its last holder has committed.
 */
export async function takePlace(
  client: PoolClient,
  { address, after }: Only,
  runId: string,
): Promise<string | null> {
  const place = plainText(address);
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [place]);
  const { rows } = await client.query<{ run_id: string }>(
    `SELECT runs.run_id FROM addresses JOIN runs USING (run_id)
     WHERE addresses.address = $1 AND runs.run_id <> $2 AND status NOT IN ('complete', 'failed', 'cancelled')
       AND seq > coalesce((SELECT seq FROM addresses WHERE address = $1 AND run_id = $3), 0)
     ORDER BY seq DESC LIMIT 1`,
    [place, runId, after],
  );
  return rows[0]?.run_id ?? null;
}
