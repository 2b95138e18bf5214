/**
 * drizzle through `require`. As ES modules its hundred files make Node read one large package.json again for each of
 * them: five times slower to load, and 70 MB that the process never gives back (Node 24.21, drizzle-orm 0.45.4).
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const {
  DrizzleQueryError,
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  ne,
  notExists,
  or,
  sql,
} = require("drizzle-orm") as typeof import("drizzle-orm");
export const { drizzle } = require("drizzle-orm/node-postgres") as typeof import("drizzle-orm/node-postgres");
export const { alias, bigint, pgTable, primaryKey, text } =
  require("drizzle-orm/pg-core") as typeof import("drizzle-orm/pg-core");
