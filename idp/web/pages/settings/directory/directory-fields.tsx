import { Checkbox } from '#web/components/checkbox.tsx';
import { Field } from '#web/components/field.tsx';
import { Select } from '#web/components/select.tsx';
import { TextArea } from '#web/components/text-area.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import type { Draft } from './directory-draft.ts';

export type FieldsProps = {
  draft: Draft;
  problem: Problem | null;
  onChange: (change: Partial<Draft>) => void;
};

type Text = {
  [Name in keyof Draft]: Draft[Name] extends string ? Name : never;
}[keyof Draft];

const TECHNICAL = { spellcheck: false, autocapitalize: 'none', autocomplete: 'off' } as const;

/** Where the directory is, and how the way there is protected. */
export function ConnectionFields(props: FieldsProps) {
  const { draft, onChange } = props;
  const bind = binder(props);
  const isPlain = draft.url.startsWith('ldap:');
  return (
    <>
      <Field
        label={t('ldap.url')}
        hint={t('ldap.urlHint')}
        input={{ required: true, maxLength: 512, ...TECHNICAL }}
        {...bind('url')}
      />
      {isPlain && (
        <Checkbox
          label={t('ldap.startTls')}
          hint={t('ldap.startTlsHint')}
          name="startTls"
          checked={draft.startTls}
          onValue={(startTls) => onChange({ startTls })}
        />
      )}
      {isPlain && !draft.startTls && (
        <Checkbox
          label={t('ldap.allowPlaintext')}
          hint={t('ldap.allowPlaintextHint')}
          name="allowPlaintext"
          checked={draft.allowPlaintext}
          onValue={(allowPlaintext) => onChange({ allowPlaintext })}
        />
      )}
      <Checkbox
        label={t('certificate.check')}
        hint={t('certificate.checkHint')}
        name="checksCertificate"
        checked={draft.checksCertificate}
        onValue={(checksCertificate) => onChange({ checksCertificate })}
      />
      <div data-wide>
        <TextArea
          label={t('certificate.ca')}
          note={t('mail.optional')}
          hint={t('certificate.caHint')}
          {...bind('ca')}
        />
      </div>
    </>
  );
}

/** As whom, and below what. */
export function BindFields(props: FieldsProps & { keepsPassword: boolean }) {
  const bind = binder(props);
  const { keepsPassword } = props;
  return (
    <>
      <Field
        label={t('ldap.bindDn')}
        hint={t('ldap.bindDnHint')}
        input={{ required: true, maxLength: 1_024, ...TECHNICAL }}
        {...bind('bindDn')}
      />
      <Field
        label={t('ldap.bindPassword')}
        {...(keepsPassword && { hint: t('ldap.passwordKept') })}
        input={{ type: 'password', autocomplete: 'new-password', required: !keepsPassword }}
        {...bind('bindPassword')}
      />
      <Field
        label={t('ldap.baseDn')}
        hint={t('ldap.baseDnHint')}
        input={{ required: true, maxLength: 1_024, ...TECHNICAL }}
        {...bind('baseDn')}
      />
    </>
  );
}

/** What a run does with whom it finds, and with whom it does not. */
export function RunFields(props: FieldsProps) {
  const { draft, onChange } = props;
  const bind = binder(props);
  return (
    <>
      <Field
        label={t('ldap.interval')}
        input={{ type: 'number', required: true, min: 1, max: 525_600 }}
        {...bind('minutes', 'syncInterval')}
      />
      <Field
        label={t('ldap.adminGroup')}
        note={t('mail.optional')}
        hint={t('ldap.adminGroupHint')}
        input={{ maxLength: 255, ...TECHNICAL }}
        {...bind('adminGroup')}
      />
      <Select
        label={t('ldap.removed')}
        name="removedUsers"
        value={draft.removedUsers}
        options={[
          ['disable', t('ldap.removed.disable')],
          ['delete', t('ldap.removed.delete')],
        ]}
        onValue={(removedUsers) => onChange({ removedUsers })}
      />
      <Field
        label={t('ldap.maxRemoved')}
        hint={t('ldap.maxRemovedHint')}
        input={{ type: 'number', required: true, min: 0, max: 100 }}
        {...bind('maxRemovedPercent')}
      />
    </>
  );
}

function binder({ draft, problem, onChange }: FieldsProps) {
  return (name: Text, field: string = name) => ({
    name,
    value: draft[name],
    error: problem?.field === field ? problem.title : undefined,
    onValue: (value: string) => onChange({ [name]: value }),
  });
}
