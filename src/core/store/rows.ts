/** How records look as columns, and what the store promises about them: shared by both databases. */
import { type Address, channelOf } from "../actor.ts";
import type { Commit, Committed } from "../ports/commit.ts";
import type { DeliveryOutcome, DueDelivery, InboxRow, OutboxRow } from "../ports/deliveries.ts";
import type { RunRow } from "../ports/runs.ts";
import { type TellUnreadable, UnreadableError } from "../ports/unreadable.ts";
import { plainText } from "./codec.ts";
import { messageCodec } from "./records.ts";

/** In the column of costs, which holds numbers alone: the price is not known. */
const unknownCost = -1;

/** A run row as columns: money is whole micro-dollars. The store adds lease, epoch and wake-up. */
export type RunRecord = Omit<RunRow, "costUsd"> & { costMicros: number };

/** Money becomes whole micro-dollars, text is made storable on both databases. */
export function runRecord({ costUsd, ...row }: RunRow): RunRecord {
  return {
    ...row,
    agent: plainText(row.agent),
    task: plainText(row.task),
    personName: plainText(row.personName),
    costMicros: costUsd === null ? unknownCost : Math.round(costUsd * 1e6),
  };
}

/** The inverse of `runRecord`, but for characters that no database stores. */
export function rowOfRun({ costMicros, ...row }: RunRecord): RunRow {
  return { ...row, costUsd: costMicros === unknownCost ? null : costMicros / 1e6 };
}

/** A post as a commit writes it. `position` orders first posts: by version, then as the commit lists them. */
export interface PostRecord {
  id: string;
  runId: string;
  key: string;
  address: Address;
  channel: string;
  body: string;
  position: number;
  createdAt: number;
}

/** At most this many posts of one commit keep their order. */
const postsPerCommit = 1000;

/** The posts of a commit; the last of equal ids wins. */
export function postRecords(commit: Commit): PostRecord[] {
  const records = new Map<string, PostRecord>();
  for (const [index, post] of commit.posts.entries()) {
    records.set(post.id, {
      id: post.id,
      runId: commit.runId,
      key: post.key,
      address: post.address,
      channel: channelOf(post.address),
      body: messageCodec.encode(post.body),
      position: (commit.expect + commit.events.length) * postsPerCommit + index,
      createdAt: commit.row.updatedAt,
    });
  }
  return [...records.values()];
}

/** A row of the table `outbox`: `body` as JSON text, `uncertain` as 0 or 1. */
export type OutboxRecord = Omit<OutboxRow, "body" | "uncertain"> & { body: string; uncertain: number };

/** @throws UnreadableError */
export function rowOfPost({ body, ...record }: OutboxRecord): OutboxRow {
  return { ...dueOfPost(record), body: messageCodec.decode(body, `post ${record.id}`) };
}

/** For a post that is due; its body is read on its own, so that a damaged one stops only itself. */
export function dueOfPost({ uncertain, ...record }: Omit<OutboxRecord, "body">): DueDelivery {
  return { ...record, uncertain: uncertain === 1 };
}

/** `failed`: one attempt more · `givenUp`: unless a newer revision is due. */
interface DeliveryChange {
  set: Partial<Omit<OutboxRecord, "id" | "body">> & { error?: string | null };
  failed?: true;
  givenUp?: number;
}

/** What an outcome changes of its post, whose claim ends with it. */
export function deliveryChange(outcome: DeliveryOutcome) {
  const { set, ...rest } = changeOf(outcome);
  return { set: { ...set, leaseUntil: null }, ...rest };
}

function changeOf(outcome: DeliveryOutcome): DeliveryChange {
  switch (outcome.type) {
    case "delivered": {
      const { revision: deliveredRevision, remoteId } = outcome;
      return { set: { deliveredRevision, remoteId, attempts: 0, uncertain: 0, error: null } };
    }
    case "retry": {
      const { nextAt, error, uncertain, lost } = outcome;
      const set = { nextAt, error, uncertain: uncertain ? 1 : 0 };
      return { set: lost ? { ...set, remoteId: null } : set, failed: true };
    }
    case "deferred":
      return { set: { nextAt: outcome.nextAt, uncertain: outcome.uncertain ? 1 : 0 } };
    case "given_up":
      return {
        // It is due no more: since when tells how long it is news.
        set: { nextAt: outcome.at, error: outcome.error, uncertain: outcome.uncertain ? 1 : 0 },
        givenUp: outcome.revision,
      };
  }
}

/** The rows of those records that can be read; what is wrong with the others is told. */
export function readable<Stored, Row>(
  records: readonly Stored[],
  rowOf: (record: Stored) => Row,
  tell: TellUnreadable,
): Row[] {
  return records.flatMap((record) => {
    try {
      return [rowOf(record)];
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      tell(error);
      return [];
    }
  });
}

/** Other runs to wake, in one order for everybody, so that two commits can't wait for each other. */
export function runsToWake(commit: Commit): string[] {
  return [...new Set(commit.wake)].filter((runId) => runId !== commit.runId).sort();
}

/** What the store knows of a run and of an inbox key before a commit. */
export interface Found {
  run: { version: number; epoch: number; owner: string | null } | null;
  inbox: Pick<InboxRow, "state" | "runId"> | null;
  /** The run that stands against the commit's `only`. */
  taken: string | null;
}

/**
 * Why a commit may not be written, or null. A worker that lost the run learns that first; a repeated message
 * learns that it is one before anybody tries it again on a newer version.
 */
export function refusalOf(commit: Commit, found: Found): Exclude<Committed, { ok: true }> | null {
  if (commit.epoch !== null && (found.run?.epoch !== commit.epoch || found.run.owner === null)) {
    return { ok: false, why: "fenced" };
  }
  if (found.inbox && found.inbox.state !== "pending") {
    return { ok: false, why: "duplicate", runId: found.inbox.runId };
  }
  if (found.taken !== null) return { ok: false, why: "taken", runId: found.taken };
  const version = found.run?.version ?? 0;
  return version === commit.expect ? null : { ok: false, why: "conflict" };
}

/** Events that name the tools of a run, and those that hold its outcome. */
export const toolEvents = ["launched", "prefetched", "model_answered"] as const;
export const outcomeEvents = ["completed", "failed"] as const;
/** Those in which a run begins and ends. */
export const edgeEvents = ["launched", ...outcomeEvents, "cancelled"] as const;

/** Stands in the JSON of an event that chose this tool, and in no text of it: there its quotes are escaped. */
export function toolSign(tool: string): string {
  return `"tool":${JSON.stringify(plainText(tool))}`;
}

/** Stands in the JSON of an event that names this run, and in no text of it. */
export function runSign(runId: string): string {
  return JSON.stringify(plainText(runId));
}

/**
 * LIKE patterns for the JSON of an event that holds an outcome: of these events the text is the last member, so
 * whatever follows its name is the text.
 */
export function outcomePatterns(text: string): string[] {
  const inJson = likePattern(JSON.stringify(text).slice(1, -1));
  return ["answer", "message"].map((name) => `%"${name}":"${inJson}`);
}

/** Text as a LIKE pattern with `\` as its escape: found anywhere, in lower case. */
export function likePattern(text: string): string {
  return `%${plainText(text)
    .toLowerCase()
    .replace(/[\\%_]/g, "\\$&")}%`;
}
