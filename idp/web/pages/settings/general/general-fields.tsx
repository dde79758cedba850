import type { GeneralSettingsView } from '#api';
import { Checkbox } from '#web/components/checkbox.tsx';
import { Field } from '#web/components/field.tsx';
import { GroupPicker } from '#web/components/group-picker.tsx';
import { Notice } from '#web/components/notice.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { CONFIGURATION } from '../configuration/configuration-frame.tsx';

const HOUR = 3_600;
const HOURS = { type: 'number', step: 'any', min: 0, max: 8_760 } as const;

type Props = {
  draft: GeneralSettingsView;
  problem: Problem | null;
  onChange: (change: Partial<GeneralSettingsView>) => void;
};

export function GeneralFields(props: Props) {
  const { draft, problem, onChange } = props;
  return (
    <>
      <Field
        label={t('general.name')}
        hint={t('general.nameHint')}
        name="name"
        value={draft.name}
        error={problem?.field === 'name' ? problem.title : undefined}
        input={{ required: true, maxLength: 64, autocomplete: 'off' }}
        onValue={(name) => onChange({ name })}
      />
      <SessionFields {...props} />
      <SignUpFields {...props} />
      <Checkbox
        label={t('general.loginLinks')}
        hint={t('general.loginLinksHint')}
        name="loginLinksByEmail"
        checked={draft.loginLinksByEmail}
        onValue={(loginLinksByEmail) => onChange({ loginLinksByEmail })}
      />
      <Checkbox
        label={t('general.newDevices')}
        hint={t('general.newDevicesHint')}
        name="mailNewDevices"
        checked={draft.mailNewDevices}
        onValue={(mailNewDevices) => onChange({ mailNewDevices })}
      />
    </>
  );
}

function SessionFields({ draft, problem, onChange }: Props) {
  const errorOf = (field: string) => (problem?.field === field ? problem.title : undefined);
  return (
    <>
      <Field
        label={t('general.session')}
        hint={t('general.sessionHint')}
        name="sessionLifetime"
        value={String(draft.sessionLifetime / HOUR)}
        error={errorOf('sessionLifetime')}
        input={{ required: true, ...HOURS }}
        onValue={(hours) => onChange({ sessionLifetime: toSeconds(hours) })}
      />
      <Field
        label={t('general.idle')}
        note={t('invite.optional')}
        hint={t('general.idleHint')}
        name="sessionIdleLifetime"
        value={draft.sessionIdleLifetime === null ? '' : String(draft.sessionIdleLifetime / HOUR)}
        error={errorOf('sessionIdleLifetime')}
        input={HOURS}
        onValue={(hours) => onChange({ sessionIdleLifetime: hours ? toSeconds(hours) : null })}
      />
    </>
  );
}

function toSeconds(hours: string): number {
  return Math.round(Number(hours) * HOUR);
}

function SignUpFields({ draft, onChange }: Props) {
  return (
    <>
      <Select
        label={t('general.signUp')}
        name="signUp"
        value={draft.signUp}
        hint={t(`general.signUp.${draft.signUp}.hint`)}
        options={[
          ['invite', t('general.signUp.invite')],
          ['open', t('general.signUp.open')],
          ['closed', t('general.signUp.closed')],
        ]}
        onValue={(signUp) => onChange({ signUp })}
      />
      {draft.signUp === 'open' && !draft.mailOn && (
        <Notice tone="info">
          <p>{t('general.signUp.open.mailOff')}</p>
          <a href={`${CONFIGURATION}/email`}>{t('mail.server')}</a>
        </Notice>
      )}
      <GroupPicker
        label={t('general.groups')}
        hint={t('groups.hint')}
        known={draft.knownGroups}
        chosen={draft.defaultGroups}
        onChosen={(defaultGroups) => onChange({ defaultGroups })}
      />
    </>
  );
}
