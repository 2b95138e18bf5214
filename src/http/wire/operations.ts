/** Every route of the API in one table: the router, the OpenAPI document and the tests all read it. */
import type { z } from "zod";
import { runOperations } from "./operations-runs.ts";
import { serverOperations } from "./operations-server.ts";

/** By operation id, which is also the `operationId` of the OpenAPI document. */
export const operations = { ...runOperations, ...serverOperations };

export type OperationId = keyof typeof operations;
/** In the order of the table, which is the order of the OpenAPI document and of the router. */
export const operationIds = Object.keys(operations) as OperationId[];

type Part<K extends OperationId, P extends "body" | "query"> =
  (typeof operations)[K] extends Record<P, infer S extends z.ZodType> ? z.infer<S> : undefined;

/** The checked body that the handler of operation `K` gets. */
export type BodyOf<K extends OperationId> = Part<K, "body">;
/** The checked query that the handler of operation `K` gets. */
export type QueryOf<K extends OperationId> = Part<K, "query">;
