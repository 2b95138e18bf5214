/** Light, dark, or as the system says; remembered in this browser. */
import { useState } from "react";

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const storageKey = "belay-theme";

export function applyStoredTheme(): Theme {
  const theme = themes.find((known) => known === stored()) ?? "system";
  document.documentElement.dataset.theme = theme;
  return theme;
}

export function useTheme(): { theme: Theme; next: () => void } {
  const [theme, setTheme] = useState(applyStoredTheme);
  return {
    theme,
    next: () => {
      const following = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
      store(following);
      setTheme(applyStoredTheme());
    },
  };
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // Without storage the choice lasts as long as the page.
    document.documentElement.dataset.theme = theme;
  }
}
