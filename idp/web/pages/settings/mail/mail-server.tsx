import { useSignal } from '@preact/signals';
import type { MailServerInput, MailServerView, Person } from '#api';
import { getMailServer, saveMailServer, sendTestMail } from '#web/api/mail.ts';
import { Button } from '#web/components/button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { OwnedNotice } from '#web/components/owned-notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded, useTask } from '#web/task.ts';
import styles from './mail.module.css';
import { type Draft, ServerFields, SignInFields, toDraft, toInput } from './server-fields.tsx';

type Props = { user: Person; onTested: () => void };

export function MailServer({ user, onTested }: Props) {
  const { value, problem, isLoaded, reload } = useLoaded(getMailServer);
  return (
    <Section title={t('mail.server')} text={t('mail.serverText')}>
      <ProblemNotice problem={problem} />
      {isLoaded ? (
        <ServerForm server={value} user={user} onSaved={reload} onTested={onTested} />
      ) : (
        <Skeleton rows={['control', 'control', 'control']} />
      )}
    </Section>
  );
}

type FormProps = Props & { server: MailServerView | null; onSaved: () => void };

function ServerForm({ server, user, onSaved, onTested }: FormProps) {
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>(toDraft(server));
  const told = useSignal('');
  const isOwned = server !== null && isOwnedElsewhere(server.owner);
  const save = () =>
    run(async () => {
      const input: MailServerInput = toInput(draft.value);
      await saveMailServer(input);
      draft.value = { ...draft.value, password: '' };
      told.value = t('common.saved');
      onSaved();
    });
  const test = () =>
    run(async () => {
      await sendTestMail();
      told.value = t('mail.testSent', { address: user.email });
      onTested();
    });

  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {isOwned && <OwnedNotice owner={server.owner} />}
      <fieldset class={styles.fields} disabled={isOwned}>
        <ServerFields draft={draft} problem={problem.value} />
        <SignInFields
          draft={draft}
          problem={problem.value}
          hasPassword={server?.hasPassword ?? false}
        />
      </fieldset>
      <ProblemNotice problem={problem.value?.field ? null : problem.value} />
      <div class={styles.actions}>
        {!isOwned && (
          <Button type="submit" busy={busy.value}>
            {t('common.save')}
          </Button>
        )}
        {server && (
          <Button kind="plain" busy={busy.value} onClick={() => void test()}>
            {t('mail.test')}
          </Button>
        )}
        <Notice tone="quiet">{told.value}</Notice>
      </div>
    </form>
  );
}
