/** Starts the console in the page. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keys } from "./api/calls.ts";
import { ApiError, isDamaged } from "./api/client.ts";
import { reloadOnceServed } from "./api/reload.ts";
import { App } from "./app.tsx";
import { Crash } from "./parts/crash.tsx";
import { applyStoredTheme } from "./parts/theme.ts";

/** A session that ended, wherever it is noticed, leads to the door. */
function loggedOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401 && client.getQueryData(keys.session)) {
    client.setQueryData(keys.session, null);
  }
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: loggedOut }),
  mutationCache: new MutationCache({ onError: loggedOut }),
  defaultOptions: {
    queries: {
      // The streams say when something changed; looking at the page again does not.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (failures, error) =>
        failures < 3 &&
        error instanceof ApiError &&
        (error.status === 0 || error.status >= 500) &&
        !isDamaged(error),
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

// A part that is loaded later may be gone after an upgrade: the new page has its own.
addEventListener("vite:preloadError", () => void reloadOnceServed());
applyStoredTheme();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Crash at="">
          <App />
        </Crash>
      </QueryClientProvider>
    </StrictMode>,
  );
}
