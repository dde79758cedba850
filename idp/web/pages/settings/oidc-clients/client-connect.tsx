import { useSignal } from '@preact/signals';
import type { ClientView } from '#api';
import { getDiscovery } from '#web/api/clients.ts';
import { CodeBlock } from '#web/components/code-block.tsx';
import { CopyButton } from '#web/components/copy-button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Select } from '#web/components/select.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { type Key, t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import styles from './oidc-clients.module.css';
import { SNIPPETS } from './snippets.ts';

const ENDPOINTS: [name: string, label: Key][] = [
  ['issuer', 'clients.issuer'],
  ['authorization_endpoint', 'clients.endpoint.authorization'],
  ['token_endpoint', 'clients.endpoint.token'],
  ['userinfo_endpoint', 'clients.endpoint.userinfo'],
  ['jwks_uri', 'clients.endpoint.jwks'],
  ['end_session_endpoint', 'clients.endpoint.endSession'],
];

/** What is typed into the application: addresses one by one, or all of it at once. */
export function ClientConnect({ client }: { client: ClientView }) {
  const { value, problem } = useLoaded(getDiscovery);
  const issuer = String(value?.issuer ?? '');
  return (
    <Section title={t('clients.connect')} text={t('clients.connectText')}>
      <ProblemNotice problem={problem} />
      {value ? (
        <>
          <dl class={styles.facts}>
            <Fact label={t('clients.id')} value={client.id} />
            {ENDPOINTS.map(([name, label]) => (
              <Fact key={name} label={t(label)} value={String(value[name])} />
            ))}
            <Fact
              label={t('clients.endpoint.discovery')}
              value={`${issuer}/.well-known/openid-configuration`}
            />
          </dl>
          <Snippets client={client} issuer={issuer} />
        </>
      ) : (
        !problem && <Skeleton rows={['line', 'line', 'line']} />
      )}
    </Section>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton text={value} name={label} />
      </dd>
    </div>
  );
}

function Snippets({ client, issuer }: { client: ClientView; issuer: string }) {
  const chosen = useSignal('Env');
  const snippet = SNIPPETS.find(({ id }) => id === chosen.value);
  if (!snippet) {
    return null;
  }
  const text = snippet.write({
    issuer,
    clientId: client.id,
    isPublic: client.type === 'public',
    callbackUrl: client.callbackUrls[0] ?? snippet.callback,
  });
  return (
    <>
      <Select
        label={t('clients.snippet')}
        name="snippet"
        value={chosen.value}
        hint={t('clients.snippetHint', { url: snippet.callback })}
        options={SNIPPETS.map(({ id, name }) => [id, name] as const)}
        onValue={(id) => {
          chosen.value = id;
        }}
      />
      <CodeBlock label={t('clients.snippetFor', { name: snippet.name })} text={text} />
    </>
  );
}
