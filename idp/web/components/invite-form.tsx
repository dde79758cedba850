import { useSignal } from '@preact/signals';
import type { CreatedInvite, InviteInput } from '#api';
import { createInvite } from '#web/api.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import styles from './dialog.module.css';

const DEFAULT_DAYS = 7;

type Draft = { expiresAt: string; usageLimit: string; groups: string };
type Props = { onCancel: () => void; onCreated: (invite: CreatedInvite) => void };

export function InviteForm({ onCancel, onCreated }: Props) {
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>({ expiresAt: dayIn(DEFAULT_DAYS), usageLimit: '', groups: '' });
  const blamed = problem.value?.field;

  const bind = (name: keyof Draft) => ({
    name,
    value: draft.value[name],
    error: blamed === name ? problem.value?.title : undefined,
    onValue: (value: string) => {
      draft.value = { ...draft.value, [name]: value };
      problem.value = null;
    },
  });
  const submit = () => run(async () => onCreated(await createInvite(toInput(draft.value))));

  return (
    <form
      class={styles.body}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <p>{t('invite.text')}</p>
      <InviteFields bind={bind} />
      <ProblemNotice problem={blamed && blamed in draft.value ? null : problem.value} />
      <div class={styles.actions}>
        <Button kind="plain" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" busy={busy.value}>
          {t('invite.create')}
        </Button>
      </div>
    </form>
  );
}

type Bound = {
  name: string;
  value: string;
  error: string | undefined;
  onValue: (value: string) => void;
};

function InviteFields({ bind }: { bind: (name: keyof Draft) => Bound }) {
  return (
    <>
      <Field
        label={t('invite.expires')}
        input={{ type: 'date', required: true, min: dayIn(0) }}
        {...bind('expiresAt')}
      />
      <Field
        label={t('invite.limit')}
        note={t('invite.optional')}
        hint={t('invite.limitHint')}
        input={{ type: 'number', min: 1, max: 10_000, inputMode: 'numeric' }}
        {...bind('usageLimit')}
      />
      <Field
        label={t('invite.groups')}
        note={t('invite.optional')}
        hint={t('invite.groupsHint')}
        input={{ autocomplete: 'off', autocapitalize: 'none', spellcheck: false }}
        {...bind('groups')}
      />
    </>
  );
}

/** A day, as the date input writes it, in the person's own time zone. */
function dayIn(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function toInput({ expiresAt, usageLimit, groups }: Draft): InviteInput {
  const names = groups
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return {
    // "Expires on" a day means that the whole day still counts.
    expiresAt: new Date(`${expiresAt}T23:59:59`).toISOString(),
    ...(usageLimit ? { usageLimit: Number(usageLimit) } : {}),
    ...(names.length > 0 ? { groups: names } : {}),
  };
}
