import { useSignal } from '@preact/signals';
import type { ApplicationView } from '#api';
import styles from './app-logo.module.css';

/** As many as there are colours in the style sheet. */
const TINTS = 6;
const LARGE_PRIME = 65_521;

/** The logo of an application; its initial when there is none, or none that loads. */
export function AppLogo({ application }: { application: ApplicationView }) {
  const broken = useSignal(false);
  const { name, logoUrl } = application;

  if (logoUrl && !broken.value) {
    return (
      <img
        class={styles.logo}
        src={logoUrl}
        alt=""
        width="48"
        height="48"
        onError={() => {
          broken.value = true;
        }}
      />
    );
  }
  return (
    <span class={styles.logo} data-tint={toTint(name)} aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  );
}

/** The same name always gets the same colour, and names alike rather different ones. */
function toTint(name: string): number {
  const hash = [...name].reduce(
    (sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % LARGE_PRIME,
    0,
  );
  return hash % TINTS;
}
