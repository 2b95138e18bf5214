/** Reads the login code from behind # in the printed link, once, and removes it from the address bar. */
import { useEffect } from "react";

/**
 * Calls back with each code that the page is opened with. Without a use for it, it is taken out
 * of the bar all the same.
 */
export function useCodeInLink(onCode: (code: string) => void): void {
  useEffect(() => {
    const take = () => {
      const code = takenOutOfBar();
      if (code !== null) onCode(code);
    };
    take();
    // The link opened in a tab that shows the console already: nothing is loaded anew.
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, [onCode]);
}

function takenOutOfBar(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code;
}
