import type { ComponentChildren } from 'preact';
import { Button } from '#web/components/button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { OwnedNotice } from '#web/components/owned-notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import type { Task } from '#web/task.ts';
import styles from './settings-form.module.css';

type Props = {
  /** Who declared the settings; only `admin` leaves them to this form. */
  owner: string;
  task: Task;

  /** What came of the last press of a button. */
  told: ComponentChildren;
  onSave: () => Promise<void>;

  /** Besides "Save"; these work with what a resource declares, too. */
  actions?: ComponentChildren;
  children: ComponentChildren;
};

/** Settings that are saved as a whole, unless a resource declares them. */
export function SettingsForm({ owner, task, told, onSave, actions, children }: Props) {
  const { busy, problem } = task;
  const isOwned = isOwnedElsewhere(owner);
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void onSave();
      }}
    >
      <OwnedNotice owner={owner} />
      <fieldset class={styles.fields} disabled={isOwned}>
        {children}
      </fieldset>
      <ProblemNotice problem={problem.value?.field ? null : problem.value} />
      <div class={styles.actions}>
        {!isOwned && (
          <Button type="submit" busy={busy.value}>
            {t('common.save')}
          </Button>
        )}
        {actions}
      </div>
      <Notice tone="quiet">{told}</Notice>
    </form>
  );
}
