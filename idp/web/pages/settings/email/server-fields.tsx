import type { Signal } from '@preact/signals';
import type { MailServerInput, MailServerView } from '#api';
import { Checkbox } from '#web/components/checkbox.tsx';
import { Field } from '#web/components/field.tsx';
import { Select } from '#web/components/select.tsx';
import { TextArea } from '#web/components/text-area.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';

/** What stands in the inputs. */
export type Draft = {
  host: string;
  port: string;
  tls: MailServerInput['tls'];
  fromAddress: string;
  fromName: string;
  username: string;
  password: string;
  checksCertificate: boolean;
  ca: string;
};

export function toDraft(server: MailServerView | null): Draft {
  return {
    host: server?.host ?? '',
    port: String(server?.port ?? 587),
    tls: server?.tls ?? 'starttls',
    fromAddress: server?.fromAddress ?? '',
    fromName: server?.fromName ?? '',
    username: server?.username ?? '',
    password: '',
    checksCertificate: !server?.insecureSkipVerify,
    ca: server?.ca ?? '',
  };
}

export function toInput(draft: Draft): MailServerInput {
  const { password, port, fromName, username, checksCertificate, ca, ...others } = draft;
  return {
    ...others,
    insecureSkipVerify: !checksCertificate,
    ca: ca.trim() || null,
    port: Number(port),
    fromName: fromName || null,
    username: username || null,
    ...(password && username && { password }),
  };
}

type Props = { draft: Signal<Draft>; problem: Problem | null };
type Text = Exclude<keyof Draft, 'tls' | 'checksCertificate'>;

/** The server, and who the mails are from. */
export function ServerFields({ draft, problem }: Props) {
  const bind = binder({ draft, problem });
  return (
    <>
      <Field
        label={t('mail.host')}
        input={{ required: true, maxLength: 253, spellcheck: false, autocapitalize: 'none' }}
        {...bind('host')}
      />
      <Field
        label={t('mail.port')}
        input={{ type: 'number', required: true, min: 1, max: 65_535 }}
        {...bind('port')}
      />
      <Select
        label={t('mail.tls')}
        name="tls"
        value={draft.value.tls}
        options={[
          ['starttls', t('mail.tls.starttls')],
          ['tls', t('mail.tls.tls')],
          ['none', t('mail.tls.none')],
        ]}
        {...(problem?.field === 'tls' && { hint: problem.title })}
        onValue={(tls) => {
          draft.value = { ...draft.value, tls };
        }}
      />
      <Field
        label={t('mail.fromAddress')}
        input={{ type: 'email', required: true, maxLength: 254 }}
        {...bind('fromAddress')}
      />
      <Field
        label={t('mail.fromName')}
        note={t('mail.optional')}
        input={{ maxLength: 100 }}
        {...bind('fromName')}
      />
    </>
  );
}

/** How Permiso signs in there, if it does. */
export function SignInFields({
  draft,
  problem,
  keepsPassword,
}: Props & { keepsPassword: boolean }) {
  const bind = binder({ draft, problem });
  return (
    <>
      <Field
        label={t('mail.username')}
        note={t('mail.optional')}
        hint={t('mail.usernameHint')}
        input={{ autocomplete: 'off', autocapitalize: 'none', spellcheck: false }}
        {...bind('username')}
      />
      <Field
        label={t('mail.password')}
        {...(keepsPassword && { hint: t('mail.passwordKept') })}
        input={{
          type: 'password',
          autocomplete: 'new-password',
          required: draft.value.username !== '' && !keepsPassword,
        }}
        {...bind('password')}
      />
    </>
  );
}

/** Whom to believe that it is the right server. */
export function CertificateFields({ draft, problem }: Props) {
  return (
    <>
      <div data-wide>
        <Checkbox
          label={t('certificate.check')}
          hint={t('certificate.checkHint')}
          name="checksCertificate"
          checked={draft.value.checksCertificate}
          onValue={(checksCertificate) => {
            draft.value = { ...draft.value, checksCertificate };
          }}
        />
      </div>
      <div data-wide>
        <TextArea
          label={t('certificate.ca')}
          note={t('mail.optional')}
          hint={t('certificate.caHint')}
          {...binder({ draft, problem })('ca')}
        />
      </div>
    </>
  );
}

function binder({ draft, problem }: Props) {
  return (name: Text) => ({
    name,
    value: draft.value[name],
    error: problem?.field === name ? problem.title : undefined,
    onValue: (value: string) => {
      draft.value = { ...draft.value, [name]: value };
    },
  });
}
