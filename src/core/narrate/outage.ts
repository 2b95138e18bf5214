/** The words of a model's trouble, the same in every chat and in the console. */
import type { Outage } from "../outage.ts";
import { brief } from "../text/brief.ts";

/** `4 times, from 14:02 to 14:05, next try 14:06: The connection failed.`, to stand behind what did not happen. */
export function outageInParts(outage: Outage): (string | { time: number })[] {
  const { failures, since, last, message, retryAt } = outage;
  const often = failures === 1 ? [] : [`${failures} times, from `, { time: since }, " to ", { time: last }];
  const next = retryAt === null ? [] : [often.length > 0 ? ", next try " : "next try ", { time: retryAt }];
  const colon = often.length + next.length > 0 ? ": " : "";
  return [...often, ...next, `${colon}${brief(message, 160)}`];
}
