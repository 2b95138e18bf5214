// Installs what package-lock.json asks for when node_modules differs from it. Plain JavaScript: it runs on the machine's own Node.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(resolve(root, lockfile), "utf8")).packages;
  } catch {
    return {};
  }
}

const wanted = packagesOf("package-lock.json");
// npm writes this one last: after an interrupted install it is missing.
const present = packagesOf("node_modules/.package-lock.json");
const isInstalled = Object.entries(wanted).every(([path, { version, optional, devOptional, link }]) => {
  if (path === "" || link) return true;
  // Packages for other platforms are wanted but never here.
  return present[path] ? present[path].version === version : optional || devOptional;
});

if (!isInstalled) {
  console.error("Installing packages (this happens once per change of package-lock.json) …");
  const npm = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    console.error(
      `The packages could not be installed: ${npm.error?.message ?? "npm ci failed, see above"}.`,
    );
    console.error("Check the connection to the package registry, then run the command again.");
    process.exit(1);
  }
}
