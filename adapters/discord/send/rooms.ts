/** Where the messages of a post go: into a thread, a channel, or as replies around a thread that is not there. */
import type { Target } from "../address.ts";

/** Where messages go: into a channel or thread, there perhaps as replies to a message. */
export interface Room {
  channelId: string;
  under: string | null;
}

/** The message of a `<channel>/<message>`. */
export function messageOf(place: string): string {
  return place.slice(place.indexOf("/") + 1);
}

export function firstRoom(target: Target): Room {
  switch (target.kind) {
    case "dm":
      return { channelId: target.channelId, under: null };
    case "thread":
      return { channelId: target.threadId, under: null };
    case "new":
      return { channelId: target.parentId, under: null };
  }
}

/** Wherever a part of the post may stand already. */
export function roomsOf(target: Target, { channelId }: Room): string[] {
  return target.kind === "thread" ? [...new Set([channelId, target.threadId, target.parentId])] : [channelId];
}

/** Where the next message of a post goes whose first one stands at `place`. */
export function roomBeside(target: Target, place: string): Room {
  if (target.kind === "new") return { channelId: messageOf(place), under: null };
  const [channelId = ""] = place.split("/");
  const isAround = target.kind === "thread" && channelId === target.parentId;
  // The root stands in the channel and the rest in its thread.
  if (!isAround || messageOf(place) === target.threadId) return firstRoom(target);
  return { channelId, under: target.threadId };
}
