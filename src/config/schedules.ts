/** Schedules, as belay.config.ts declares them: tasks that begin by the clock. */
import { Cron } from "croner";
import { z } from "zod";
import { name } from "./triggers.ts";

export const timezone = z.string().refine(isTimezone, "is no time zone such as Europe/Berlin");

export const cron = z
  .string()
  .regex(/^\S+( +\S+){4}$/, { error: "is five cron fields", abort: true })
  .refine(
    isCron,
    "is no time that ever comes; the fields are minute (0-59), hour (0-23), day (1-31), month (1-12), weekday (0-7)",
  );

/** One schedule as it is written in belay.config.ts. `address`: where its runs speak, null: the console only. */
export const scheduleSchema = z.strictObject({
  name: name.describe("the principal is `schedule:<name>`"),
  cron: cron.describe("Five fields: minute, hour, day, month, weekday"),
  timezone: timezone.default("UTC").describe("the zone that the fields are meant in"),
  agent: name.default("default").describe("who does the task"),
  task: z.string().trim().min(1).describe("what is to be done"),
  address: z
    .string()
    .nullable()
    .default(null)
    .describe("address where its runs speak; null: the console only"),
});
export type ScheduleConfig = z.infer<typeof scheduleSchema>;

function isCron(text: string): boolean {
  try {
    return new Cron(text).nextRun() !== null;
  } catch {
    return false;
  }
}

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
