import { useEffect, useRef } from 'preact/hooks';
import { t } from '#web/locales/locales.ts';
import { findPasskeyTrouble } from '#web/passkey.ts';
import type { Task } from '#web/task.ts';
import { Button } from './button.tsx';
import styles from './enrolment.module.css';
import { PasskeyIcon } from './passkey-icon.tsx';
import { ProblemNotice } from './problem-notice.tsx';

type Props = { username: string; task: Task; onCreate: () => void; onBack: () => void };

export function PasskeyStep({ username, task, onCreate, onBack }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const blocked = findPasskeyTrouble('create');
  const busy = task.busy.value;

  useEffect(() => heading.current?.focus(), []);

  return (
    <section class={styles.step}>
      <div class={styles.passkey}>
        <span class={styles.emblem}>
          <PasskeyIcon />
        </span>
        <h2 ref={heading} tabIndex={-1}>
          {t('create.title')}
        </h2>
        <p>{t('create.text')}</p>
        <p class={styles.username}>{t('create.for', { username })}</p>
      </div>
      <ProblemNotice problem={blocked ?? task.problem.value} />
      <div class={styles.actions}>
        <Button busy={busy} disabled={blocked !== null} onClick={onCreate}>
          {t('create.button')}
        </Button>
        <Button kind="plain" onClick={busy ? () => {} : onBack}>
          {t('common.back')}
        </Button>
      </div>
    </section>
  );
}
