/** The door: a one-time code, printed where the server was started. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keys, login } from "../api/calls.ts";
import { ErrorNote } from "../parts/notice.tsx";

export function Login() {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const entering = useMutation({
    mutationFn: login,
    onSuccess: (session) => {
      // What a former session read is not this one's to see.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
      client.setQueryData(keys.session, session);
    },
  });
  const { mutate } = entering;
  useEffect(() => {
    const enter = () => {
      const given = codeInLink();
      if (given !== null) mutate(given);
    };
    enter();
    // The link opened in the tab that shows this form already: nothing is loaded anew.
    addEventListener("hashchange", enter);
    return () => removeEventListener("hashchange", enter);
  }, [mutate]);
  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== "" && !entering.isPending) entering.mutate(code.trim());
        }}
      >
        <h1>Belay</h1>
        <p>Enter the one-time code that was printed when the server started.</p>
        <label>
          <span className="label">Code</span>
          <input
            className="mono"
            autoComplete="one-time-code"
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

/** The printed link carries the code behind #, which never leaves the browser; taken once, then gone from the bar. */
function codeInLink(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code === null) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return code;
}
