import type { Signal } from '@preact/signals';
import type { MailServerInput, MailServerView } from '#api';
import { Field } from '#web/components/field.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';

/** What stands in the inputs, all of it text. What has no input here is kept as it was. */
export type Draft = {
  host: string;
  port: string;
  tls: MailServerInput['tls'];
  fromAddress: string;
  fromName: string;
  username: string;
  password: string;
  kept: Pick<MailServerInput, 'ca' | 'insecureSkipVerify'>;
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
    kept: { ca: server?.ca ?? null, insecureSkipVerify: server?.insecureSkipVerify ?? false },
  };
}

export function toInput({ kept, password, port, fromName, username, ...draft }: Draft) {
  return {
    ...draft,
    ...kept,
    port: Number(port),
    fromName: fromName || null,
    username: username || null,
    ...(password && username && { password }),
  };
}

type Props = { draft: Signal<Draft>; problem: Problem | null };
type Text = Exclude<keyof Draft, 'tls' | 'kept'>;

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
export function SignInFields({ draft, problem, hasPassword }: Props & { hasPassword: boolean }) {
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
        {...(hasPassword && { hint: t('mail.passwordKept') })}
        input={{
          type: 'password',
          autocomplete: 'new-password',
          required: draft.value.username !== '' && !hasPassword,
        }}
        {...bind('password')}
      />
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
