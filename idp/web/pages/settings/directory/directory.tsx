import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { LdapSettingsView } from '#api';
import { getDirectory, saveDirectory, testDirectory } from '#web/api/ldap.ts';
import { Button } from '#web/components/button.tsx';
import { CopyAsYaml } from '#web/components/copy-as-yaml.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { SettingsForm } from '../configuration/settings-form.tsx';
import { type Draft, toDraft, toInput } from './directory-draft.ts';
import { BindFields, ConnectionFields, RunFields } from './directory-fields.tsx';
import { SearchFields } from './search-fields.tsx';
import { TestResult } from './test-result.tsx';

export function Directory() {
  const { value, problem } = useLoaded(getDirectory);
  return (
    <Section title={t('ldap.title')} text={t('ldap.text')}>
      <ProblemNotice problem={problem} />
      {value ? (
        <DirectoryForm loaded={value} />
      ) : (
        !problem && <Skeleton rows={['control', 'control', 'control']} />
      )}
    </Section>
  );
}

function DirectoryForm({ loaded }: { loaded: LdapSettingsView }) {
  const task = useTask();
  const view = useSignal(loaded);
  const draft = useSignal<Draft>(toDraft(loaded));
  const told = useSignal<ComponentChildren>('');
  const tell = (work: () => Promise<ComponentChildren>) =>
    task.run(async () => {
      told.value = '';
      told.value = await work();
    });
  const save = () =>
    tell(async () => {
      view.value = await saveDirectory(toInput(draft.value), view.value.version);
      draft.value = toDraft(view.value);
      return t('common.saved');
    });
  const test = () =>
    tell(async () => <TestResult {...(await testDirectory(toInput(draft.value)))} />);
  const fields = {
    draft: draft.value,
    problem: task.problem.value,
    onChange: (change: Partial<Draft>) => {
      draft.value = { ...draft.value, ...change };
    },
  };

  return (
    <SettingsForm
      owner={view.value.owner}
      task={task}
      told={told.value}
      onSave={save}
      actions={
        <>
          <Button kind="plain" busy={task.busy.value} onClick={() => void test()}>
            {t('ldap.test')}
          </Button>
          {view.value.settings && <CopyAsYaml path="/api/settings/ldap" />}
        </>
      }
    >
      <ConnectionFields {...fields} />
      <BindFields {...fields} keepsPassword={view.value.settings !== null} />
      <h3 data-wide>{t('ldap.reading')}</h3>
      <SearchFields {...fields} presets={loaded.presets} />
      <h3 data-wide>{t('ldap.runs')}</h3>
      <RunFields {...fields} />
    </SettingsForm>
  );
}
