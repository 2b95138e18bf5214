/** How the bot is, as numbers for Prometheus (text format 0.0.4). What is not known is left out, never told as zero. */
import type { Store } from "../../core/ports/store.ts";
import type { Health } from "../wire/server.ts";

export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** `help`: one line. A value for each set of labels. */
interface Metric {
  name: string;
  help: string;
  values: readonly { labels?: Readonly<Record<string, string>>; value: number }[];
}

/** What waits for people, of all runs. `oldestAt`: ms since the epoch; null: nothing is asked. */
export interface Asked {
  open: number;
  oldestAt: number | null;
}

export async function askedOf(store: Pick<Store, "countOpenQuestions" | "openQuestions">): Promise<Asked> {
  const [counts, { rows, unreadable }] = await Promise.all([
    store.countOpenQuestions(),
    store.openQuestions({ limit: 1 }),
  ]);
  // One that can't be read waits all the same.
  const [oldest] = [...rows, ...unreadable];
  return { open: counts.reduce((sum, { open }) => sum + open, 0), oldestAt: oldest?.askedAt ?? null };
}

const statuses = ["ok", "degraded", "draining", "down"] as const;

/** `asked`: null when the database does not answer. */
export function metricsOf(health: Health, asked: Asked | null): Metric[] {
  const { version = "", model = "" } = health;
  const status = statuses.map((one) => ({ labels: { status: one }, value: Number(one === health.status) }));
  return [
    {
      ...{ name: "belay_info", help: "1, with the version and the model that is asked." },
      values: [{ labels: { version, model }, value: 1 }],
    },
    { name: "belay_status", help: "1 for how it is, as /health says.", values: status },
    ...processMetrics(health),
    ...connectionMetrics(health),
    ...workMetrics(health, asked),
  ].filter(({ values }) => values.length > 0);
}

function processMetrics({ started_at }: Health): Metric[] {
  const { user, system } = process.cpuUsage();
  return [
    single("process_start_time_seconds", "When it started.", inSeconds(started_at)),
    single("process_cpu_seconds_total", "Processor time since then.", (user + system) / 1e6),
    single("process_resident_memory_bytes", "Memory that it holds.", process.memoryUsage.rss()),
  ];
}

function connectionMetrics({ database, channels = [], tool_servers = [] }: Health): Metric[] {
  return [
    single("belay_database_up", "1 while the database answers.", database && Number(database.answers)),
    single(
      "belay_database_full",
      "1 while the storage is full: nothing is recorded.",
      database && Number(database.full_since !== null),
    ),
    single(
      "belay_database_refused",
      "1 while the storage can't be written (rights, a fault of its disk): nothing is recorded.",
      database && Number(database.refused_since !== null),
    ),
    {
      ...{ name: "belay_channel_up", help: "1 while the channel is connected." },
      values: channels.map(({ name, ok }) => ({ labels: { channel: name }, value: Number(ok) })),
    },
    {
      ...{
        name: "belay_tool_server_up",
        help: "1 while it answers and its tools are as they were accepted.",
      },
      values: tool_servers.map(({ name, ok }) => ({ labels: { server: name }, value: Number(ok) })),
    },
  ];
}

function workMetrics({ queue, outbox, ...health }: Health, asked: Asked | null): Metric[] {
  const runs = queue && { running: queue.running, sleeping: queue.sleeping };
  return [
    {
      ...{ name: "belay_runs", help: "Runs on the move and asleep, each counted up to 1000." },
      values: Object.entries(runs ?? {}).map(([status, value]) => ({ labels: { status }, value })),
    },
    single("belay_questions_open", "Questions and approvals that wait for people.", asked?.open),
    single(
      "belay_question_oldest_timestamp_seconds",
      "When the oldest of them was asked.",
      inSeconds(asked?.oldestAt),
    ),
    single("belay_posts_undelivered", "Posts that the chat does not show yet.", outbox?.undelivered),
    single(
      "belay_post_oldest_timestamp_seconds",
      "Since when the oldest waits.",
      inSeconds(outbox?.oldest_at),
    ),
    single("belay_posts_given_up", "Posts that were given up in the last day.", outbox?.given_up),
    {
      ...{ name: "belay_runs_waiting_for_model", help: "Runs that wait for a model that gives no answers." },
      values: (health.model_troubles ?? []).map(({ model, code, waiting }) => ({
        ...{ labels: { model, code }, value: waiting },
      })),
    },
    single(
      "belay_runs_left_behind",
      "Runs that a change of the configuration left behind.",
      health.left_behind?.length,
    ),
    single("belay_unreadable_records", "Records that could not be read.", health.unreadable?.length),
  ];
}

/** Without a value it is not known. */
function single(name: string, help: string, value: number | null | undefined): Metric {
  return { name, help, values: value === null || value === undefined ? [] : [{ value }] };
}

function inSeconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}

export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(({ name, help, values }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${name.endsWith("_total") ? "counter" : "gauge"}`,
      ...values.map(({ labels = {}, value }) => `${name}${inBraces(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function inBraces(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
