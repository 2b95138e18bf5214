/** A plain variable that a tool asks for by name, such as the address of its system. A secret is a Secret. */

export interface Setting {
  /** The variable that holds it, e.g. `PROMETHEUS_URL`. */
  readonly name: string;
  /** null: it is not set. */
  readonly value: string | null;
}
