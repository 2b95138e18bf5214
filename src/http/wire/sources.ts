/** What starts runs by itself, on the wire: webhooks and schedules, with what each did last. */
import { z } from "zod";
import { statuses } from "../../core/text/status.ts";

const time = z.number();

/**
 * The newest run that something started; null: none, or the caller may not see it. `for_approval`: one of its open
 * questions is an approval.
 */
const lastRunSchema = z
  .object({ id: z.string(), at: time, status: z.enum(statuses), for_approval: z.boolean() })
  .nullable();
export type LastRun = z.infer<typeof lastRunSchema>;

const webhookSetSchema = z.object({ name: z.string(), agent: z.string(), path: z.string() });
/** `path` is the path of the server that the webhook is received at. */
export type WebhookSet = z.infer<typeof webhookSetSchema>;
/** `url`: where to deliver from outside; null: this server has no public address. */
const webhookSchema = webhookSetSchema.extend({ url: z.string().nullable(), last_run: lastRunSchema });
export type WebhookInfo = z.infer<typeof webhookSchema>;
/** The answer of `GET /webhooks`, which only administrators get. */
export const webhookListSchema = z.object({ webhooks: z.array(webhookSchema) });

const scheduleSetSchema = z.object({
  name: z.string(),
  agent: z.string(),
  cron: z.string(),
  /** The zone that `cron` is meant in. */
  timezone: z.string(),
  task: z.string(),
  next_at: time.nullable(),
});
/** `cron` as it is configured; `next_at` in ms since the epoch, null when it never fires again. */
export type ScheduleSet = z.infer<typeof scheduleSetSchema>;
const scheduleSchema = scheduleSetSchema.extend({ last_run: lastRunSchema });
export type ScheduleInfo = z.infer<typeof scheduleSchema>;
/** The answer of `GET /schedules`, which only administrators get. */
export const scheduleListSchema = z.object({ schedules: z.array(scheduleSchema) });
