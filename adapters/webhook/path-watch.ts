/** Finds paths of a webhook's configuration at which no delivery ever had anything: they are probably mistyped. */
import type { WebhookOptions } from "./options.ts";
import { valuesAt } from "./paths.ts";
import type { Json } from "./payload.ts";
import { pathsIn } from "./title.ts";

/** So many deliveries are looked at before anybody is told. */
const FIRST = 3;

/** One for each hook; it forgets with the process what it has seen. */
export class PathWatch {
  readonly #paths: readonly [where: string, path: string][];
  readonly #found = new Set<string>();
  #seen = 0;

  constructor(hook: Pick<WebhookOptions, "filter" | "fields" | "concurrencyKey" | "resolvedWhen" | "title">) {
    const conditions = (where: string, list: WebhookOptions["filter"]) =>
      list.map(({ path }): [string, string] => [where, path]);
    this.#paths = [
      ...conditions("filter", hook.filter),
      ...conditions("resolvedWhen", hook.resolvedWhen),
      ...hook.fields.map((path): [string, string] => ["fields", path]),
      ...(hook.concurrencyKey ?? []).map((path): [string, string] => ["concurrencyKey", path]),
      ...pathsIn(hook.title ?? "").map((path): [string, string] => ["title", path]),
    ];
  }

  /** Looks at one more authentic delivery. Returns the warnings when this one made them due, else none. */
  look(payload: Json, headers: Headers): string[] {
    this.#seen++;
    for (const [, path] of this.#paths) {
      if (!this.#found.has(path) && valuesAt(payload, headers, path).length > 0) this.#found.add(path);
    }
    return this.#seen === FIRST ? this.warnings() : [];
  }

  /** One for each path that none of the deliveries so far had, once there were enough of them. */
  warnings(): string[] {
    if (this.#seen < FIRST) return [];
    return this.#paths
      .filter(([, path]) => !this.#found.has(path))
      .map(([where, path]) => `${where}: none of ${this.#seen} deliveries had anything at ${path}`);
  }
}
