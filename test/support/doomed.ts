/** A process that dies at the n-th point between two calls of what it uses; nothing is flushed, nobody is told. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Counts the points, and keeps what was done to the world in a folder that the next life reads. */
export class Doomed {
  readonly folder: string;
  readonly #dieAt: number;
  /** That have come so far. */
  points = 0;

  /** `dieAt` 0: it lives. */
  constructor(folder: string, dieAt: number) {
    this.folder = folder;
    this.#dieAt = dieAt;
  }

  /** A place where the process may die. */
  point(): void {
    this.points++;
    if (this.points === this.#dieAt) process.kill(process.pid, "SIGKILL");
  }

  act(line: string): void {
    appendFileSync(this.#world, `${line}\n`);
  }

  /** In this life or in one before. */
  hasHappened(line: string): boolean {
    return existsSync(this.#world) && readFileSync(this.#world, "utf8").split("\n").includes(line);
  }

  get #world(): string {
    return join(this.folder, "world.log");
  }

  /** The same object, with a point before and after each of these calls. */
  dying<T extends object>(target: T, names: readonly (keyof T)[]): T {
    return new Proxy(target, {
      get: (object, name, receiver) => {
        const value: unknown = Reflect.get(object, name, receiver);
        if (typeof value !== "function" || !names.includes(name as keyof T)) return value;
        return async (...args: unknown[]) => {
          this.point();
          const result: unknown = await value.apply(object, args);
          this.point();
          return result;
        };
      },
    });
  }
}
