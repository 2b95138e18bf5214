/** Every route of the API in one table: the router, the OpenAPI document and the tests all read it. */
import type { z } from "zod";
import { runOperations } from "./operations-runs.ts";
import { serverOperations } from "./operations-server.ts";

export const operations = { ...runOperations, ...serverOperations };

export type OperationId = keyof typeof operations;
export const operationIds = Object.keys(operations) as OperationId[];

type Part<K extends OperationId, P extends "body" | "query"> =
  (typeof operations)[K] extends Record<P, infer S extends z.ZodType> ? z.infer<S> : undefined;
export type BodyOf<K extends OperationId> = Part<K, "body">;
export type QueryOf<K extends OperationId> = Part<K, "query">;
