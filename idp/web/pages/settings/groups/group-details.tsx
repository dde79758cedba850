import { useSignal } from '@preact/signals';
import type { GroupChange, GroupView } from '#api';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import styles from './groups.module.css';

type Props = {
  group: GroupView;
  isOwned: boolean;
  onSave: (change: GroupChange) => Promise<void>;
};

export function GroupDetails({ group, isOwned, onSave }: Props) {
  const { busy, problem, run } = useTask();
  const displayName = useSignal(group.displayName);
  const isSaved = useSignal(false);
  const error = problem.value?.field === 'displayName' ? problem.value.title : undefined;
  const save = () =>
    run(async () => {
      await onSave({ displayName: displayName.value });
      isSaved.value = true;
    });

  return (
    <Section title={t('userGroups.details')}>
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field
          label={t('userGroups.name')}
          hint={t('userGroups.nameFixed')}
          name="name"
          value={group.name}
          input={{ readOnly: true }}
          onValue={() => {}}
        />
        <Field
          label={t('userGroups.displayName')}
          name="displayName"
          value={displayName.value}
          error={error}
          input={{ required: true, maxLength: 255, autocomplete: 'off', readOnly: isOwned }}
          onValue={(value) => {
            displayName.value = value;
            isSaved.value = false;
          }}
        />
        <ProblemNotice problem={error ? null : problem.value} />
        {!isOwned && (
          <div class={styles.actions}>
            <Button type="submit" busy={busy.value}>
              {t('common.save')}
            </Button>
            <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
          </div>
        )}
      </form>
    </Section>
  );
}
