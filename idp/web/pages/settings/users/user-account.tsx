import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { UserChange, UserView } from '#api';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { OwnedNotice } from '#web/components/owned-notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { useTask } from '#web/task.ts';
import styles from './users.module.css';

type Draft = Pick<UserView, 'displayName' | 'email'>;
type Props = {
  user: UserView;
  onSave: (change: UserChange) => Promise<void>;
  children: ComponentChildren;
};

/** Who the person is, and below it what may be done to the account. */
export function UserAccount({ user, onSave, children }: Props) {
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>({ displayName: user.displayName, email: user.email });
  const isSaved = useSignal(false);
  const isOwned = isOwnedElsewhere(user.owner);
  const save = () =>
    run(async () => {
      await onSave(draft.value);
      isSaved.value = true;
    });

  return (
    <Section title={t('users.account')}>
      <OwnedNotice owner={user.owner} />
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <AccountFields
          user={user}
          draft={draft.value}
          problem={problem.value}
          onChange={(part) => {
            draft.value = { ...draft.value, ...part };
            isSaved.value = false;
            problem.value = null;
          }}
        />
        <ProblemNotice problem={problem.value?.field ? null : problem.value} />
        {!isOwned && (
          <div class={styles.actions}>
            <Button type="submit" busy={busy.value}>
              {t('common.save')}
            </Button>
            <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
          </div>
        )}
      </form>
      {children}
    </Section>
  );
}

type FieldsProps = {
  user: UserView;
  draft: Draft;
  problem: Problem | null;
  onChange: (part: Partial<Draft>) => void;
};

function AccountFields({ user, draft, problem, onChange }: FieldsProps) {
  const readOnly = isOwnedElsewhere(user.owner);
  const errorOf = (field: keyof Draft) => (problem?.field === field ? problem.title : undefined);
  return (
    <>
      <Field
        label={t('details.username')}
        name="username"
        value={user.username}
        input={{ readOnly: true }}
        onValue={() => {}}
      />
      <Field
        label={t('details.name')}
        name="displayName"
        value={draft.displayName}
        error={errorOf('displayName')}
        input={{ required: true, maxLength: 100, autocomplete: 'off', readOnly }}
        onValue={(displayName) => onChange({ displayName })}
      />
      <Field
        label={t('details.email')}
        note={t(user.emailVerified ? 'users.confirmed' : 'users.unconfirmed')}
        hint={t('users.emailHint')}
        name="email"
        value={draft.email}
        error={errorOf('email')}
        input={{ type: 'email', required: true, maxLength: 254, autocomplete: 'off', readOnly }}
        onValue={(email) => onChange({ email })}
      />
    </>
  );
}
