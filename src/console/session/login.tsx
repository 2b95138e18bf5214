/** The login page: takes the one-time code that the server printed when it started, or a token. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys, login } from "../api/calls.ts";
import { keepDraftsOf } from "../parts/draft.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { useCodeInLink } from "./code-in-link.ts";

export function Login() {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const entering = useMutation({
    mutationFn: login,
    onSuccess: (session) => {
      // What a former session read is not this one's to see.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
      keepDraftsOf(session.principal);
      client.setQueryData(keys.session, session);
    },
  });
  useCodeInLink(entering.mutate);
  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== "" && !entering.isPending) entering.mutate(code.trim());
        }}
      >
        <h1>Belay</h1>
        <p>
          Enter the one-time code that was printed when the server started, or a new one:{" "}
          <code>npm run login</code> on the server's machine prints it. Or a token of your own: then you are
          here as its holder.
        </p>
        <label>
          <span className="label">Code or token</span>
          <input
            className="mono"
            autoComplete="one-time-code"
            // biome-ignore lint/a11y/noAutofocus: there is nothing else to do here
            autoFocus
            spellCheck={false}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary" aria-busy={entering.isPending}>
          {entering.isPending ? "Checking…" : "Log in"}
        </button>
        <ErrorNote error={entering.error} />
      </form>
    </main>
  );
}
