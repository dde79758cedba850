import { signal } from '@preact/signals';

const LONG_ENOUGH_MS = 5000;

/** False on the first page, whose heading must not steal the focus from the browser. */
export const hasNavigated = signal(false);

/** Where to go after signing in: a place on this very origin, else the dashboard. */
export function toReturnPath(wanted: string | undefined, origin = location.origin): string {
  if (!wanted || !/^\/(?![/\\])/.test(wanted) || wanted.includes('\\')) {
    return '/';
  }
  // The parser also drops tabs and line breaks, which could hide a second slash.
  const url = URL.parse(wanted, origin);
  return url?.origin === origin ? url.pathname + url.search + url.hash : '/';
}

/** Leaves for another page. Stays pending, so that the button which led here stays busy meanwhile. */
export async function leaveFor(url: string): Promise<void> {
  // Coming back by the browser's back button finds this page frozen, with an answer that was used up.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
  location.assign(url);
  // An address such as `com.example.app:/callback` opens an application and leaves this page standing.
  await new Promise((resolve) => setTimeout(resolve, LONG_ENOUGH_MS));
}
