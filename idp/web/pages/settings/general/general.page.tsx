import { useSignal } from '@preact/signals';
import type { GeneralSettingsView } from '#api';
import { changeGeneralSettings, getGeneralSettings } from '#web/api/settings.ts';
import { Button } from '#web/components/button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { OwnedNotice } from '#web/components/owned-notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { loadSession } from '#web/session.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { ConfigurationFrame } from '../configuration/configuration-frame.tsx';
import styles from './general.module.css';
import { GeneralFields } from './general-fields.tsx';

export function GeneralPage() {
  return <ConfigurationFrame>{() => <General />}</ConfigurationFrame>;
}

function General() {
  const { value, problem } = useLoaded(getGeneralSettings);
  return (
    <Section title={t('general.section')}>
      <ProblemNotice problem={problem} />
      {value ? (
        <GeneralForm loaded={value} />
      ) : (
        !problem && <Skeleton rows={['control', 'control', 'control']} />
      )}
    </Section>
  );
}

function GeneralForm({ loaded }: { loaded: GeneralSettingsView }) {
  const { busy, problem, run } = useTask();
  const isSaved = useSignal(false);
  const draft = useSignal(loaded);
  const isOwned = isOwnedElsewhere(loaded.owner);
  const save = () =>
    run(async () => {
      draft.value = await changeGeneralSettings(draft.value);
      await loadSession();
      isSaved.value = true;
    });

  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <OwnedNotice owner={loaded.owner} />
      <fieldset class={styles.fields} disabled={isOwned}>
        <GeneralFields
          draft={draft.value}
          problem={problem.value}
          onChange={(change) => {
            draft.value = { ...draft.value, ...change };
            isSaved.value = false;
          }}
        />
      </fieldset>
      <ProblemNotice problem={problem.value?.field ? null : problem.value} />
      <div class={styles.actions}>
        <Button type="submit" busy={busy.value} disabled={isOwned}>
          {t('common.save')}
        </Button>
        <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
      </div>
    </form>
  );
}
