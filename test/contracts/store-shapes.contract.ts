/** A worker's commit, whatever it carries: written whole and once by whoever holds the run, and else not at all. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Commit } from "../../src/core/ports/commit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, held, must, post, question, woke } from "../support/store/commits.ts";

/** Nothing, one or two events, each with and without all the other parts: 48 shapes. */
const shapes = Array.from({ length: 48 }, (_, n) => ({
  events: n % 3,
  posts: (n / 3) & 1,
  questions: (n / 6) & 1,
  addresses: (n / 12) & 1,
  release: n >= 24,
}));

type Shape = (typeof shapes)[number];

const places = shapes.map((_, n) => `slack:T1/C1/${n}`);

function shaped(n: number, { events, posts, questions, addresses, release }: Shape, epoch: number): Commit {
  const runId = `r${n}`;
  const [place = ""] = places.slice(n);
  return commit(runId, 1, {
    ...{ epoch, release },
    events: Array.from({ length: events }, (_, after) => woke(2 + after)),
    posts: posts ? [post("p", "x", { runId, address: place })] : [],
    questions: questions ? [question(runId, `q${n}`)] : [],
    addresses: addresses ? [place] : [],
    row: { ...commit(runId, 1).row, steps: 7 },
  });
}

export function shapesContract(open: () => Promise<Store>): void {
  describe("a worker's commits of every shape", () => {
    let store: Store;
    let epochs: number[];
    beforeEach(async () => {
      store = await open();
      epochs = [];
      for (const n of shapes.keys()) epochs.push(await held(store, `r${n}`));
    });

    const all = (change: (one: Commit) => Partial<Commit> = () => ({})) =>
      shapes.map((shape, n) => {
        const one = shaped(n, shape, epochs[n] ?? 0);
        return { ...one, ...change(one) };
      });

    async function standing() {
      const sent = await store.dueDeliveries({ now: 9, limit: 99, channels: ["slack"] });
      return Promise.all(
        [...shapes.keys()].map(async (n) => ({
          events: (await store.read(`r${n}`)).length - 1,
          posts: sent.filter(({ runId }) => runId === `r${n}`).length,
          questions: (await store.question(`q${n}`)) ? 1 : 0,
          addresses: (await store.runAt(places[n] ?? "")) === `r${n}` ? 1 : 0,
          steps: (await store.run(`r${n}`))?.steps,
        })),
      );
    }

    const nothing = { events: 0, posts: 0, questions: 0, addresses: 0, steps: 0 };
    const written = shapes.map(({ release: _, ...parts }) => ({ ...parts, steps: 7 }));

    describe.each([
      { when: "one by one", together: false },
      { when: "at once", together: true },
    ])("$when", ({ together }) => {
      async function commitAll(commits: readonly Commit[]) {
        if (together) return Promise.all(commits.map((one) => store.commit(one)));
        const results = [];
        for (const one of commits) results.push(await store.commit(one));
        return results;
      }

      it("are refused at another epoch and at another version, and leave nothing behind", async () => {
        const ofAnother = await commitAll(all(({ epoch }) => ({ epoch: (epoch ?? 0) + 1 })));
        expect(ofAnother).toEqual(shapes.map(() => ({ ok: false, why: "fenced" })));
        const atAnother = await commitAll(all(() => ({ expect: 2 })));
        expect(atAnother).toEqual(shapes.map(() => ({ ok: false, why: "conflict" })));
        expect(await standing()).toEqual(shapes.map(() => nothing));
      });

      it("are written whole, once, and let go of the run when they say so", async () => {
        const results = await commitAll(all());
        expect(results).toEqual(shapes.map(({ events }) => ({ ok: true, version: 1 + events })));
        const again = await commitAll(all().filter((_, n) => shapes[n]?.events));
        expect(again.filter(({ ok }) => ok)).toEqual([]);
        expect(await standing()).toEqual(written);
        const next = await commitAll(
          all(({ expect, events }) => ({ expect: expect + events.length, events: [woke(9)], addresses: [] })),
        );
        expect(next.map(({ ok }) => ok)).toEqual(shapes.map(({ release }) => !release));
      });

      it("are refused once another process has let go of the run", async () => {
        for (const n of shapes.keys())
          await must(store.commit(commit(`r${n}`, 1, { epoch: epochs[n] ?? 0, release: true, events: [] })));
        const results = await commitAll(all());
        expect(results).toEqual(shapes.map(() => ({ ok: false, why: "fenced" })));
        expect(await standing()).toEqual(shapes.map(() => nothing));
      });
    });
  });
}
