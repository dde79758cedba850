import type { ClientView } from '#api';
import { Checkbox } from '#web/components/checkbox.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import type { PartProps } from './client-section.tsx';
import { ClientSection, type Form } from './client-section.tsx';
import styles from './oidc-clients.module.css';

const FLAGS = [
  'pkceRequired',
  'requireReauthentication',
  'requirePushedAuthorizationRequests',
  'skipConsent',
] as const;
const LIFETIMES = ['accessTokenLifetime', 'idTokenLifetime', 'refreshTokenLifetime'] as const;
const NAMES = [...FLAGS, ...LIFETIMES, 'grantTypes', 'idTokenSigningAlg'] as const;

type Grant = ClientView['grantTypes'][number];

const GRANTS: [Grant, 'code' | 'refresh' | 'device' | 'machine'][] = [
  ['authorization_code', 'code'],
  ['refresh_token', 'refresh'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'device'],
  ['client_credentials', 'machine'],
];

type Props = { form: Form<(typeof NAMES)[number]> };

export function ClientAdvanced(props: PartProps) {
  return (
    <ClientSection {...props} title={t('clients.advanced')} names={NAMES}>
      {(form) => (
        <>
          <Flags form={form} />
          <Grants form={form} />
          <Lifetimes form={form} />
          <Select
            label={t('clients.alg')}
            hint={t('clients.algHint')}
            name="idTokenSigningAlg"
            value={form.draft.idTokenSigningAlg}
            options={[
              ['RS256', 'RS256'],
              ['ES256', 'ES256'],
              ['EdDSA', 'EdDSA'],
            ]}
            onValue={(idTokenSigningAlg) => form.change({ idTokenSigningAlg })}
          />
        </>
      )}
    </ClientSection>
  );
}

function Flags({ form: { draft, errorOf, change } }: Props) {
  return (
    <>
      {FLAGS.map((name) => (
        <Checkbox
          key={name}
          label={t(`clients.${name}`)}
          hint={t(`clients.${name}.hint`)}
          name={name}
          checked={draft[name]}
          onValue={(value) => change({ [name]: value })}
        />
      ))}
      <Notice>{errorOf('pkceRequired')}</Notice>
    </>
  );
}

function Grants({ form: { draft, errorOf, change } }: Props) {
  const chosen = draft.grantTypes;
  return (
    <fieldset class={styles.grants}>
      <legend>{t('clients.grants')}</legend>
      {GRANTS.map(([grant, word]) => (
        <Checkbox
          key={grant}
          label={t(`clients.grant.${word}`)}
          hint={t(`clients.grant.${word}.hint`)}
          name={grant}
          checked={chosen.includes(grant)}
          onValue={(isChosen) =>
            change({
              grantTypes: isChosen ? [...chosen, grant] : chosen.filter((one) => one !== grant),
            })
          }
        />
      ))}
      <Notice>{errorOf('grantTypes')}</Notice>
    </fieldset>
  );
}

const MINUTE = 60;

function Lifetimes({ form: { draft, errorOf, change } }: Props) {
  return (
    <>
      {LIFETIMES.map((name) => (
        <Field
          key={name}
          label={t(`clients.${name}`)}
          note={t('clients.minutes')}
          hint={t(`clients.${name}.hint`)}
          name={name}
          value={toMinutes(draft[name])}
          error={errorOf(name)}
          input={{ type: 'number', min: 1, max: 525_600, step: 'any', inputMode: 'decimal' }}
          onValue={(minutes) =>
            change({ [name]: minutes ? Math.round(Number(minutes) * MINUTE) : null })
          }
        />
      ))}
    </>
  );
}

function toMinutes(seconds: number | null): string {
  return seconds === null ? '' : String(seconds / MINUTE);
}
