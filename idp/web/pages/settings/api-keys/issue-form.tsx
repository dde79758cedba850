import { useSignal } from '@preact/signals';
import type { ApiKeyInput, ApiKeyView } from '#api';
import { Button } from '#web/components/button.tsx';
import dialogStyles from '#web/components/dialog.module.css';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Select } from '#web/components/select.tsx';
import { dayIn } from '#web/days.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';

const DEFAULT_DAYS = 90;

/** `expiresOn` is a day; empty: the key works until it is revoked. */
export type Draft = Pick<ApiKeyInput, 'name' | 'scope'> & { expiresOn: string };

type Props = {
  renewed: ApiKeyView | null;
  onCancel: () => void;
  onIssue: (draft: Draft) => Promise<void>;
};

export function IssueForm({ renewed, onCancel, onIssue }: Props) {
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>({
    name: '',
    scope: 'read-only',
    expiresOn: renewed && !renewed.expiresAt ? '' : dayIn(DEFAULT_DAYS),
  });
  const blamed = problem.value?.field;
  const change = (part: Partial<Draft>) => {
    draft.value = { ...draft.value, ...part };
    problem.value = null;
  };

  return (
    <form
      class={dialogStyles.body}
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => onIssue(draft.value));
      }}
    >
      <p>{t(renewed ? 'apiKeys.renewText' : 'apiKeys.newText')}</p>
      {!renewed && <NameAndScope draft={draft.value} onChange={change} />}
      <Field
        label={t('apiKeys.expires')}
        note={t('invite.optional')}
        hint={t('apiKeys.expiresHint')}
        input={{ type: 'date', min: dayIn(0) }}
        name="expiresAt"
        value={draft.value.expiresOn}
        error={blamed === 'expiresAt' ? problem.value?.title : undefined}
        onValue={(expiresOn) => change({ expiresOn })}
      />
      <ProblemNotice problem={blamed === 'expiresAt' ? null : problem.value} />
      <div class={dialogStyles.actions}>
        <Button kind="plain" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" busy={busy.value}>
          {t(renewed ? 'apiKeys.renew' : 'apiKeys.create')}
        </Button>
      </div>
    </form>
  );
}

type PartProps = { draft: Draft; onChange: (part: Partial<Draft>) => void };

function NameAndScope({ draft, onChange }: PartProps) {
  return (
    <>
      <Field
        label={t('apiKeys.name')}
        hint={t('apiKeys.nameHint')}
        input={{ required: true, maxLength: 100, autocomplete: 'off' }}
        name="name"
        value={draft.name}
        onValue={(name) => onChange({ name })}
      />
      <Select
        label={t('apiKeys.scope')}
        name="scope"
        value={draft.scope}
        options={[
          ['read-only', t('apiKeys.scope.read-only')],
          ['full', t('apiKeys.scope.full')],
        ]}
        onValue={(scope) => onChange({ scope })}
      />
    </>
  );
}
