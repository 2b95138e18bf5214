/** The notes that serve a run alone, which go when it is forgotten: also those that a send under way writes after that. */
import type { Address } from "../core/actor.ts";
import { everyRun, pagesOfNotes } from "../core/store/every.ts";
import { noteKinds } from "../core/store/notes.ts";
import type { KnownDeps } from "./forget-known.ts";

type NoteDeps = Pick<KnownDeps, "store" | "unreadable">;

/** Names of its notes: an address where another run has been keeps what it needs. */
export async function notesOf(
  { store, unreadable }: NoteDeps,
  runId: string,
  addresses: readonly Address[],
): Promise<string[]> {
  const own = new Set<Address>();
  for (const address of addresses) if (await isAlone({ store }, runId, address)) own.add(address);
  const names: string[] = [];
  for (const { name: prefix, goes } of Object.values(noteKinds)) {
    if (typeof goes === "string") continue;
    for await (const rows of pagesOfNotes(store, { prefix, before: Number.MAX_SAFE_INTEGER })) {
      for (const { name, value } of rows) {
        const owner = await unreadable.orNull(
          Promise.resolve().then(() => goes(name.slice(prefix.length), value)),
        );
        const isOwn = owner && ("runId" in owner ? owner.runId === runId : own.has(owner.address));
        if (isOwn) names.push(name);
      }
    }
  }
  return names;
}

/** For a run that was forgotten: what was written about it since then goes as well. */
export async function dropNotes(deps: NoteDeps, runId: string, addresses: readonly Address[]): Promise<void> {
  const late = await notesOf(deps, runId, addresses);
  if (late.length > 0) await deps.store.deleteNotes(late, Number.MAX_SAFE_INTEGER);
}

async function isAlone(
  { store }: Pick<NoteDeps, "store">,
  runId: string,
  address: Address,
): Promise<boolean> {
  for await (const row of everyRun(store, { near: address })) {
    if (row.address === address && row.runId !== runId) return false;
  }
  return true;
}
