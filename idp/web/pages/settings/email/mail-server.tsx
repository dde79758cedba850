import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { MailServerView, Person } from '#api';
import { getMailServer, saveMailServer, sendTestMail } from '#web/api/mail.ts';
import { Button } from '#web/components/button.tsx';
import { CopyAsYaml } from '#web/components/copy-as-yaml.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { SettingsForm } from '../configuration/settings-form.tsx';
import {
  CertificateFields,
  type Draft,
  ServerFields,
  SignInFields,
  toDraft,
  toInput,
} from './server-fields.tsx';

export function MailServer({ user }: { user: Person }) {
  const { value, problem, isLoaded } = useLoaded(getMailServer);
  return (
    <Section title={t('mail.server')} text={t('mail.serverText')}>
      <ProblemNotice problem={problem} />
      {isLoaded ? (
        <ServerForm loaded={value} user={user} />
      ) : (
        !problem && <Skeleton rows={['control', 'control', 'control']} />
      )}
    </Section>
  );
}

function ServerForm({ loaded, user }: { loaded: MailServerView | null; user: Person }) {
  const task = useTask();
  const server = useSignal(loaded);
  const draft = useSignal<Draft>(toDraft(loaded));
  const told = useSignal<ComponentChildren>('');
  const problem = task.problem.value;
  const owner = server.value?.owner ?? 'admin';
  const save = () =>
    task.run(async () => {
      told.value = '';
      server.value = await saveMailServer(toInput(draft.value), server.value?.version ?? 'none');
      draft.value = toDraft(server.value);
      told.value = t('common.saved');
    });
  const test = () =>
    task.run(async () => {
      told.value = '';
      await sendTestMail();
      told.value = (
        <>
          {t('mail.testSent', { address: user.email })}{' '}
          <a href="/settings/admin/mail">{t('mail.testSentWhere')}</a>
        </>
      );
    });

  return (
    <SettingsForm
      owner={owner}
      task={task}
      told={told.value}
      onSave={save}
      actions={
        server.value && (
          <>
            <Button kind="plain" busy={task.busy.value} onClick={() => void test()}>
              {t('mail.test')}
            </Button>
            <CopyAsYaml path="/api/settings/mail" />
          </>
        )
      }
    >
      <ServerFields draft={draft} problem={problem} />
      <SignInFields
        draft={draft}
        problem={problem}
        keepsPassword={!isOwnedElsewhere(owner) && (server.value?.hasPassword ?? false)}
      />
      <CertificateFields draft={draft} problem={problem} />
    </SettingsForm>
  );
}
