/** A plain variable that a tool is given by its name: where its system is, for example. What is secret is a Secret. */

export interface Setting {
  /** The variable that holds it, e.g. `PROMETHEUS_URL`. */
  readonly name: string;
  /** null: it is not set. */
  readonly value: string | null;
}
