import { useSignal } from '@preact/signals';
import type { ClientView } from '#api';
import { changeClient, getClient } from '#web/api/clients.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { CopyButton } from '#web/components/copy-button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { isOwnedElsewhere, OwnerBadge } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import styles from './mismatch-help.module.css';
import { findNearest, nameDifference } from './nearest-url.ts';

type Props = { clientId: string; sent: string };

/** For administrators: which address was probably meant, in what it differs, and the step that registers this one. */
export function MismatchHelp({ clientId, sent }: Props) {
  const { value: client, problem, reload } = useLoaded(() => getClient(clientId));
  return (
    <section class={styles.help} aria-label={t('mismatch.title')}>
      <h2>{t('mismatch.title')}</h2>
      <ProblemNotice problem={problem} />
      {client ? (
        <Mending client={client} sent={sent} onAdded={reload} />
      ) : (
        !problem && <Skeleton rows={['line', 'line']} />
      )}
    </section>
  );
}

type MendingProps = { client: ClientView; sent: string; onAdded: () => void };

function Mending({ client, sent, onAdded }: MendingProps) {
  if (client.callbackUrls.includes(sent)) {
    return <Notice tone="info">{t('mismatch.added', { application: client.name })}</Notice>;
  }
  return (
    <>
      <Comparison client={client} sent={sent} />
      {isOwnedElsewhere(client.owner) ? (
        <ManifestLine owner={client.owner} sent={sent} />
      ) : (
        <Addition client={client} sent={sent} onAdded={onAdded} />
      )}
    </>
  );
}

function Comparison({ client, sent }: Omit<MendingProps, 'onAdded'>) {
  const nearest = findNearest(sent, client.callbackUrls);
  if (!nearest) {
    return <p>{t('mismatch.noneRegistered', { application: client.name })}</p>;
  }
  const { before, after } = nearest;
  return (
    <>
      <p>{t(`mismatch.differs.${nameDifference(sent, nearest.registered)}`)}</p>
      <dl class={styles.urls}>
        <dt>{t('mismatch.registered')}</dt>
        <dd>
          {before}
          <Marked part={nearest.theirs} />
          {after}
        </dd>
        <dt>{t('mismatch.sent')}</dt>
        <dd>
          {before}
          <Marked part={nearest.sent} />
          {after}
        </dd>
      </dl>
    </>
  );
}

/** Where one of the two has nothing, the gap is marked. */
function Marked({ part }: { part: string }) {
  return part === '' ? <mark class={styles.gap} /> : <mark>{part}</mark>;
}

function ManifestLine({ owner, sent }: { owner: string; sent: string }) {
  // JSON's strings are YAML's.
  const line = `- ${JSON.stringify(sent)}`;
  return (
    <>
      <p>
        {t('mismatch.inYaml')} <OwnerBadge owner={owner} />
      </p>
      <pre class={styles.manifest}>{`spec:\n  callbackURLs:\n    ${line}`}</pre>
      <div>
        <CopyButton text={line} label={t('mismatch.copyLine')} />
      </div>
    </>
  );
}

function Addition({ client, sent, onAdded }: MendingProps) {
  const isAsked = useSignal(false);
  return (
    <div>
      <Button
        kind="plain"
        onClick={() => {
          isAsked.value = true;
        }}
      >
        {t('mismatch.add')}
      </Button>
      {isAsked.value && (
        <ConfirmDialog
          title={t('mismatch.addTitle', { application: client.name })}
          text={t('mismatch.addText', { application: client.name })}
          confirm={t('mismatch.addConfirm')}
          onConfirm={async () => {
            await changeClient(client, { callbackUrls: [...client.callbackUrls, sent] });
            onAdded();
          }}
          onClose={() => {
            isAsked.value = false;
          }}
        >
          <p class={styles.asked}>{sent}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
