/**
 * drizzle through `require`. As ES modules its hundred files make Node read one large package.json again for each of
 * them: five times slower to load, and 70 MB that the process never gives back (Node 24.21, drizzle-orm 0.45.4).
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const {
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
  like,
  lt,
  lte,
  min,
  ne,
  not,
  notExists,
  or,
  sql,
} = require("drizzle-orm") as typeof import("drizzle-orm");
export const { drizzle } =
  require("drizzle-orm/better-sqlite3") as typeof import("drizzle-orm/better-sqlite3");
export const { alias, integer, primaryKey, sqliteTable, text } =
  require("drizzle-orm/sqlite-core") as typeof import("drizzle-orm/sqlite-core");
