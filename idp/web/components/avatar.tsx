import { useSignal } from '@preact/signals';
import type { Person } from '#api';
import styles from './avatar.module.css';

type Props = { person: Pick<Person, 'displayName' | 'pictureUrl'>; large?: boolean };

/** Somebody's picture; the initial when there is none, or none that loads. The name stands beside it. */
export function Avatar({ person: { displayName, pictureUrl }, large = false }: Props) {
  const broken = useSignal<string | null>(null);
  if (pictureUrl && broken.value !== pictureUrl) {
    return (
      <img
        class={styles.avatar}
        data-large={large}
        src={pictureUrl}
        alt=""
        onError={() => {
          broken.value = pictureUrl;
        }}
      />
    );
  }
  return (
    <span class={styles.avatar} data-large={large} aria-hidden="true">
      {[...displayName][0]?.toUpperCase()}
    </span>
  );
}
