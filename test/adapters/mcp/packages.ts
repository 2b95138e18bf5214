/** Where the servers of others lie, as they are published. */
import { join, resolve } from "node:path";

const packages = resolve(import.meta.dirname, "../../../node_modules/@modelcontextprotocol");
export const everything = join(packages, "server-everything/dist/index.js");
export const filesystem = join(packages, "server-filesystem/dist/index.js");
