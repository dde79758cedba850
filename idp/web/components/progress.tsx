import { t } from '#web/locales/locales.ts';
import styles from './progress.module.css';

/** Details → Passkey, with the current step marked. */
export function Progress({ step }: { step: 1 | 2 }) {
  return (
    <ol class={styles.progress} aria-label={t('create.progress')}>
      {[t('details.step'), t('create.step')].map((name, index) => (
        <li
          key={name}
          aria-current={step === index + 1 ? 'step' : undefined}
          data-done={step > index + 1}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}
