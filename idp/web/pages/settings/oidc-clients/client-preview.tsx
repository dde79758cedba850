import { useSignal } from '@preact/signals';
import type { ClientView, TokenPreview, UserSummary } from '#api';
import { previewTokens } from '#web/api/clients.ts';
import { listUsers } from '#web/api/users.ts';
import { Button } from '#web/components/button.tsx';
import { CodeBlock } from '#web/components/code-block.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import styles from './oidc-clients.module.css';

const SHOWN = 5;

/** What the application would be told of somebody, and whether it would be told anything. */
export function ClientPreview({ client }: { client: ClientView }) {
  const { busy, problem, run } = useTask();
  const search = useSignal('');
  const found = useSignal<UserSummary[] | null>(null);
  const preview = useSignal<TokenPreview | null>(null);
  const find = () =>
    void run(async () => {
      preview.value = null;
      const { users } = await listUsers(search.value, null);
      found.value = users.slice(0, SHOWN);
    });
  const show = (user: UserSummary) =>
    void run(async () => {
      preview.value = await previewTokens(client.id, user.id);
      found.value = [user];
    });

  return (
    <Section title={t('clients.preview')} text={t('clients.previewText')}>
      <form
        class={styles.search}
        onSubmit={(event) => {
          event.preventDefault();
          find();
        }}
      >
        <Field
          label={t('clients.previewUser')}
          name="user"
          value={search.value}
          input={{ type: 'search', maxLength: 100, autocomplete: 'off', spellcheck: false }}
          onValue={(value) => {
            search.value = value;
          }}
        />
        <Button type="submit" kind="plain" busy={busy.value}>
          {t('clients.previewFind')}
        </Button>
      </form>
      <ProblemNotice problem={problem.value} />
      {found.value && <Found users={found.value} onChosen={show} />}
      {preview.value && <Preview preview={preview.value} />}
    </Section>
  );
}

type FoundProps = { users: UserSummary[]; onChosen: (user: UserSummary) => void };

function Found({ users, onChosen }: FoundProps) {
  if (users.length === 0) {
    return <p>{t('users.none')}</p>;
  }
  return (
    <Rows>
      {users.map((user) => (
        <Row
          key={user.id}
          name={user.displayName}
          facts={[user.username, user.email]}
          actions={
            <Button
              kind="quiet"
              label={t('clients.previewOf', { name: user.displayName })}
              onClick={() => onChosen(user)}
            >
              {t('clients.previewShow')}
            </Button>
          }
        />
      ))}
    </Rows>
  );
}

function Preview({ preview: { access, scope, idToken, userinfo } }: { preview: TokenPreview }) {
  const { reason, through, accessGroups } = access;
  return (
    <>
      <Notice tone={access.mayOpen ? 'info' : 'danger'}>
        <p>
          {t(`clients.reason.${reason}`, {
            through: through.join(', '),
            groups: accessGroups.join(', '),
          })}
        </p>
      </Notice>
      {idToken && userinfo && (
        <>
          <p>{t('clients.previewScope', { scope })}</p>
          <h3>{t('clients.idToken')}</h3>
          <CodeBlock label={t('clients.idToken')} text={JSON.stringify(idToken, null, 2)} />
          <h3>{t('clients.userinfo')}</h3>
          <CodeBlock label={t('clients.userinfo')} text={JSON.stringify(userinfo, null, 2)} />
        </>
      )}
    </>
  );
}
