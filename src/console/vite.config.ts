/** How the console is built: one folder of files that work under any sub-path and under a strict CSP. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const api = ["/agent", "/questions", "/agents", "/tools", "/webhooks", "/schedules", "/refusals", "/health"];

/** Text files packed as small as they get, once, for whoever opens the page over a slow line. */
const packing: Plugin = {
  name: "packing",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => /\.(?:js|css|svg)$/.test(file))) {
      const bytes = readFileSync(join(dir, name));
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes));
      writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
};

/** What every first view reads from the server, whichever page it is. */
const firstReads = ["/session", "/agent/runs?limit=60", "/questions?limit=50"];

/** On a slow line the browser asks for the data while the script is still on its way, instead of after it. */
const early: Plugin = {
  name: "early",
  apply: "build",
  transformIndexHtml: () =>
    firstReads.map((href) => ({
      tag: "link",
      attrs: { rel: "preload", as: "fetch", crossorigin: true, href },
      injectTo: "head" as const,
    })),
};

export default defineConfig(({ command }) => {
  // A build from within a test would else carry the development half of React.
  if (command === "build") process.env.NODE_ENV = "production";
  return {
    root: import.meta.dirname,
    base: "./",
    plugins: [react(), early, packing],
    build: {
      outDir: resolve(import.meta.dirname, "../../dist/console"),
      // What an open page may still ask for stays: files are named by their content.
      emptyOutDir: false,
      target: "es2023",
      // Everything is a file of its own: the CSP allows no inline code, and a data: font or image helps nobody.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        // What every first view needs packs smaller in one file than in the several that later parts share.
        output: { codeSplitting: { groups: [{ name: "index", test: /src\/console\/main\.tsx$/ }] } },
      },
    },
    experimental: {
      // The page is served at any depth (/runs/…), so its own links are absolute; the server puts a proxy's
      // sub-path in front of them. What scripts load is relative to the script.
      renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/${file}` : { relative: true }),
    },
    server: {
      proxy: Object.fromEntries(
        [...api, "/session", "/sessions"].map((path) => [path, "http://127.0.0.1:3000"]),
      ),
    },
  };
});
