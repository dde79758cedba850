import { useSignal } from '@preact/signals';
import type { ClientView } from '#api';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { TextArea } from '#web/components/text-area.tsx';
import { type Key, t } from '#web/locales/locales.ts';
import type { PartProps } from './client-section.tsx';
import { ClientSection, type Form } from './client-section.tsx';
import styles from './oidc-clients.module.css';

const NAMES = ['jwks', 'jwksUrl', 'federatedCredentials'] as const;

type Props = { form: Form<(typeof NAMES)[number]> };
type Credential = ClientView['federatedCredentials'][number];

/** Ways to prove itself without a secret. */
export function ClientKeys(props: PartProps) {
  return (
    <ClientSection {...props} title={t('clients.keys')} text={t('clients.keysText')} names={NAMES}>
      {(form) => (
        <>
          <Field
            label={t('clients.jwksUrl')}
            note={t('invite.optional')}
            hint={t('clients.jwksUrlHint')}
            name="jwksUrl"
            value={form.draft.jwksUrl ?? ''}
            error={form.errorOf('jwksUrl')}
            input={{ type: 'url', maxLength: 2048, autocomplete: 'off', spellcheck: false }}
            onValue={(url) => form.change({ jwksUrl: url || null })}
          />
          <Keys form={form} />
          <Credentials form={form} />
        </>
      )}
    </ClientSection>
  );
}

function Keys({ form: { draft, errorOf, change } }: Props) {
  const text = useSignal(draft.jwks ? JSON.stringify(draft.jwks, null, 2) : '');
  const keys = toKeys(text.value);
  return (
    <TextArea
      label={t('clients.jwks')}
      note={t('invite.optional')}
      hint={t('clients.jwksHint')}
      name="jwks"
      value={text.value}
      error={keys === undefined ? t('clients.jwksNoJson') : errorOf('jwks')}
      rows={6}
      onValue={(typed) => {
        text.value = typed;
        // What is no JSON yet is refused as no keys at all.
        const given = toKeys(typed);
        change({ jwks: given === undefined ? { keys: [] } : given });
      }}
    />
  );
}

/** A set of keys, or a single one; undefined while it is neither. */
function toKeys(text: string): ClientView['jwks'] | undefined {
  if (text.trim() === '') {
    return null;
  }
  try {
    const parsed = JSON.parse(text);
    return Array.isArray(parsed.keys) ? { keys: parsed.keys } : { keys: [parsed] };
  } catch {
    return undefined;
  }
}

const PARTS: [name: keyof Credential, label: Key, isOptional: boolean][] = [
  ['name', 'clients.credentialName', false],
  ['issuer', 'clients.issuer', false],
  ['subject', 'clients.subject', false],
  ['audience', 'clients.audience', true],
];

function Credentials({ form: { draft, errorOf, change } }: Props) {
  const all = draft.federatedCredentials;
  const put = (index: number, part: Partial<Credential>) =>
    change({
      federatedCredentials: all.map((one, at) => (at === index ? { ...one, ...part } : one)),
    });
  return (
    <>
      {all.map((credential, index) => (
        <CredentialFields
          key={index}
          credential={credential}
          number={index + 1}
          onChange={(part) => put(index, part)}
          onRemove={() => change({ federatedCredentials: all.filter((_one, at) => at !== index) })}
        />
      ))}
      <Notice>{errorOf('federatedCredentials')}</Notice>
      <div>
        <Button kind="plain" onClick={() => change({ federatedCredentials: [...all, EMPTY] })}>
          {t('clients.credentialAdd')}
        </Button>
      </div>
    </>
  );
}

const EMPTY: Credential = { name: '', issuer: '', subject: '' };

type CredentialProps = {
  credential: Credential;
  number: number;
  onChange: (part: Partial<Credential>) => void;
  onRemove: () => void;
};

function CredentialFields({ credential, number, onChange, onRemove }: CredentialProps) {
  return (
    <fieldset class={styles.credential}>
      <legend>{t('clients.credential', { number })}</legend>
      {PARTS.map(([name, label, isOptional]) => (
        <Field
          key={name}
          label={t(label)}
          note={isOptional ? t('invite.optional') : undefined}
          name={`${name}-${number}`}
          value={credential[name] ?? ''}
          input={{ required: !isOptional, maxLength: 512, autocomplete: 'off', spellcheck: false }}
          onValue={(value) => onChange(toPart(name, value))}
        />
      ))}
      <div>
        <Button kind="quiet" label={t('clients.credentialRemoveOf', { number })} onClick={onRemove}>
          {t('clients.credentialRemove')}
        </Button>
      </div>
    </fieldset>
  );
}

function toPart(name: keyof Credential, value: string): Partial<Credential> {
  // An audience that is not given is Permiso's own address.
  return name === 'audience' && !value ? { audience: undefined as never } : { [name]: value };
}
