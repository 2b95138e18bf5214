/** How the console is built: one folder of files that work under any sub-path and under a strict CSP. */
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = ["/agent", "/questions", "/agents", "/tools", "/webhooks", "/schedules", "/refusals", "/health"];

export default defineConfig(({ command }) => {
  // A build from within a test would else carry the development half of React.
  if (command === "build") process.env.NODE_ENV = "production";
  return {
    root: import.meta.dirname,
    base: "./",
    plugins: [react()],
    build: {
      outDir: resolve(import.meta.dirname, "../../dist/console"),
      // What an open page may still ask for stays: files are named by their content.
      emptyOutDir: false,
      target: "es2023",
      // Everything is a file of its own: the CSP allows no inline code, and a data: font or image helps nobody.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
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
