import { useSignal } from '@preact/signals';
import type { CustomClaims } from '#api';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { Button } from './button.tsx';
import styles from './custom-claims.module.css';
import { Field } from './field.tsx';
import { Notice } from './notice.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { Section } from './section.tsx';

const MAX_CLAIMS = 50;

type Props = {
  claims: CustomClaims;
  /** Whose they are, and what comes first when several say the same. */
  text: string;
  isOwned: boolean;
  onSave: (claims: CustomClaims) => Promise<void>;
};

type Draft = { id: string; key: string; value: string };

/** What ID token and userinfo say besides, of a person or of the members of a group. */
export function CustomClaimsSection({ claims, text, isOwned, onSave }: Props) {
  const { busy, problem, run } = useTask();
  const isSaved = useSignal(false);
  const drafts = useSignal<Draft[]>(claims.map(toDraft));
  const change = (changed: Draft[]) => {
    drafts.value = changed;
    isSaved.value = false;
    problem.value = null;
  };
  const save = () =>
    run(async () => {
      await onSave(drafts.value.map(({ key, value }) => ({ key: key.trim(), value })));
      isSaved.value = true;
    });

  return (
    <Section title={t('claims.title')} text={text}>
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {drafts.value.length === 0 && <p>{t('claims.none')}</p>}
        <fieldset class={styles.claims} disabled={isOwned}>
          {drafts.value.map((draft) => (
            <Claim
              key={draft.id}
              draft={draft}
              isOwned={isOwned}
              onChange={(part) =>
                change(drafts.value.map((one) => (one.id === draft.id ? { ...one, ...part } : one)))
              }
              onRemove={() => change(drafts.value.filter(({ id }) => id !== draft.id))}
            />
          ))}
        </fieldset>
        <ProblemNotice problem={problem.value} />
        {!isOwned && (
          <div class={styles.actions}>
            <Button
              kind="plain"
              disabled={drafts.value.length >= MAX_CLAIMS}
              onClick={() => change([...drafts.value, toDraft({ key: '', value: '' })])}
            >
              {t('claims.add')}
            </Button>
            <Button type="submit" busy={busy.value}>
              {t('claims.save')}
            </Button>
            <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
          </div>
        )}
      </form>
    </Section>
  );
}

type ClaimProps = {
  draft: Draft;
  isOwned: boolean;
  onChange: (part: Partial<Draft>) => void;
  onRemove: () => void;
};

function Claim({ draft: { key, value }, isOwned, onChange, onRemove }: ClaimProps) {
  const plain = { autocomplete: 'off', autocapitalize: 'none', spellcheck: false } as const;
  return (
    <fieldset class={styles.claim}>
      <legend class="visually-hidden">{t('claims.one', { name: key || '…' })}</legend>
      <Field
        label={t('claims.key')}
        name="key"
        value={key}
        input={{ required: true, maxLength: 128, ...plain }}
        onValue={(text) => onChange({ key: text })}
      />
      <Field
        label={t('claims.value')}
        hint={t(`claims.kind.${kindOf(value)}`)}
        name="value"
        value={value}
        input={{ maxLength: 2048, ...plain }}
        onValue={(text) => onChange({ value: text })}
      />
      {!isOwned && (
        <div class={styles.remove}>
          <Button
            kind="quiet"
            label={t('claims.removeOf', { name: key || '…' })}
            onClick={onRemove}
          >
            {t('claims.remove')}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function toDraft(claim: CustomClaims[number]): Draft {
  return { id: crypto.randomUUID(), ...claim };
}

/** As applications will read it, which is not always as it looks: 7 is a number, "7" a text with quotes. */
function kindOf(value: string): 'text' | 'number' | 'boolean' | 'list' | 'object' {
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed)) {
      return 'list';
    }
    const kind = typeof parsed;
    return kind === 'number' || kind === 'boolean' || (kind === 'object' && parsed !== null)
      ? kind
      : 'text';
  } catch {
    return 'text';
  }
}
