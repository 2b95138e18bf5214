/** What is written of a named API and its operations. */
import type { PlainTool } from "../../src/tools/contract.ts";
import type { Reach } from "../../src/tools/outbound.ts";
import type { HeaderValue } from "./headers.ts";
import type { Values } from "./template.ts";

type Passed<Input> = Pick<
  PlainTool<Input>,
  | "description"
  | "input"
  | "effect"
  | "requiresApproval"
  | "idempotencyKey"
  | "preview"
  | "reconcile"
  | "verify"
  | "undo"
  | "maxOutput"
  | "untrusted"
  | "offer"
>;

export interface Operation<Input extends Values = Values> extends Passed<Input> {
  /** The tool is named `<api>_<name>`. */
  name: string;
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * `/orders/{id}?state={state}`: each value fills one segment or one query value; a query value
   * that is null is left out.
   */
  path: string;
  /** Inputs that are sent as the keys of a JSON object. */
  body?: readonly string[];
  /** The header that carries the call's key, the same on every attempt: `Idempotency-Key`. */
  idempotencyHeader?: string;
  /** What of a JSON answer the model gets, as a JSON pointer: `/data/items`. */
  pick?: string;
  /** ms; default 30,000 */
  timeoutMs?: number;
}

/** What `httpApi` takes: one host, and the operations that the model may use on it. */
export interface Api<Inputs extends readonly Values[]> {
  /** What its tools begin with, and what people read. */
  name: string;
  /** `https://orders.example.com/api/v1`; http only where `private` is true. */
  baseUrl: string;
  /** The host may be at a private or loopback address. */
  private?: boolean;
  /** Sent with every request. */
  headers?: Readonly<Record<string, HeaderValue>>;
  /** A path below `baseUrl` that `npm run doctor` asks with GET, and that answers 2xx when all is well: `/health`. */
  healthPath?: string;
  operations: { readonly [K in keyof Inputs]: Operation<Inputs[K]> };
  /** Instead of the system's look-up of names, for tests. */
  resolve?: NonNullable<Reach["resolve"]>;
}
