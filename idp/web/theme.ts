import { signal } from '@preact/signals';

export const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

const COOKIE = 'permiso_theme';
const ONE_YEAR = 60 * 60 * 24 * 365;

export const theme = signal<Theme>(readTheme());

/** The server paints the theme into the page; this repeats it where a static server did not. */
export function applyTheme(): void {
  if (theme.value === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme.value;
  }
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari 17 and Firefox 128
  document.cookie = `${COOKIE}=${chosen}; Path=/; Max-Age=${ONE_YEAR}; SameSite=Lax`;
  applyTheme();
}

function readTheme(): Theme {
  const value = document.cookie
    .split('; ')
    .find((cookie) => cookie.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
  return THEMES.find((candidate) => candidate === value) ?? 'system';
}
