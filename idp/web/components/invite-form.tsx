import { useSignal } from '@preact/signals';
import type { InvitesView } from '#api';
import { createInvite, mailInvites } from '#web/api/invites.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { dayIn, endOf } from '#web/days.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import styles from './dialog.module.css';
import { GroupPicker } from './group-picker.tsx';
import type { Invited } from './invite-dialog.tsx';
import { TextArea } from './text-area.tsx';

const DEFAULT_DAYS = 7;

type Draft = { emails: string; expiresAt: string; usageLimit: string; groups: string[] };
type Options = Pick<InvitesView, 'mailOn' | 'knownGroups'>;
type Props = { options: Options; onCancel: () => void; onInvited: (invited: Invited) => void };

export function InviteForm({ options, onCancel, onInvited }: Props) {
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>({
    emails: '',
    expiresAt: dayIn(DEFAULT_DAYS),
    usageLimit: '',
    groups: [],
  });
  const blamed = problem.value?.field;
  const change = (part: Partial<Draft>) => {
    draft.value = { ...draft.value, ...part };
    problem.value = null;
  };

  return (
    <form
      class={styles.body}
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => onInvited(await send(draft.value)));
      }}
    >
      <p>{t('invite.text')}</p>
      <InviteFields
        draft={draft.value}
        options={options}
        errors={blamed ? { [blamed]: problem.value?.title } : {}}
        onChange={change}
      />
      <ProblemNotice problem={blamed && blamed in draft.value ? null : problem.value} />
      <div class={styles.actions}>
        <Button kind="plain" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" busy={busy.value}>
          {isMailed(draft.value) ? t('invite.send') : t('invite.create')}
        </Button>
      </div>
    </form>
  );
}

type FieldsProps = {
  draft: Draft;
  options: Options;
  errors: Record<string, string | undefined>;
  onChange: (part: Partial<Draft>) => void;
};

function InviteFields({ draft, options, errors, onChange }: FieldsProps) {
  return (
    <>
      {options.mailOn ? (
        <TextArea
          label={t('invite.emails')}
          note={t('invite.optional')}
          hint={t('invite.emailsHint')}
          name="emails"
          value={draft.emails}
          error={errors.emails}
          onValue={(emails) => onChange({ emails })}
        />
      ) : (
        <p>{t('invite.mailOff')}</p>
      )}
      <Field
        label={t('invite.expires')}
        input={{ type: 'date', required: true, min: dayIn(0) }}
        name="expiresAt"
        value={draft.expiresAt}
        error={errors.expiresAt}
        onValue={(expiresAt) => onChange({ expiresAt })}
      />
      {!isMailed(draft) && (
        <Field
          label={t('invite.limit')}
          note={t('invite.optional')}
          hint={t('invite.limitHint')}
          input={{ type: 'number', min: 1, max: 10_000, inputMode: 'numeric' }}
          name="usageLimit"
          value={draft.usageLimit}
          onValue={(usageLimit) => onChange({ usageLimit })}
        />
      )}
      <GroupPicker
        label={t('invite.groups')}
        note={t('invite.optional')}
        hint={t('groups.hint')}
        known={options.knownGroups}
        chosen={draft.groups}
        onChosen={(groups) => onChange({ groups })}
      />
    </>
  );
}

function isMailed({ emails }: Draft): boolean {
  return emails.trim() !== '';
}

async function send(draft: Draft): Promise<Invited> {
  const terms = {
    expiresAt: endOf(draft.expiresAt),
    groups: draft.groups,
  };
  if (isMailed(draft)) {
    const emails = draft.emails.split(/[\s,;]+/).filter(Boolean);
    return { mailed: await mailInvites({ ...terms, emails }) };
  }
  const limit = draft.usageLimit ? { usageLimit: Number(draft.usageLimit) } : {};
  return { link: await createInvite({ ...terms, ...limit }) };
}
