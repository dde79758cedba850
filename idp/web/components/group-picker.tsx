import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from '#web/locales/locales.ts';
import { Field } from './field.tsx';
import styles from './group-picker.module.css';

type Props = {
  label: string;
  hint: string;
  note?: string;
  known: string[];
  chosen: string[];
  onChosen: (names: string[]) => void;
};

/** Names of groups: those that exist are suggested, others may come later. Enter, a comma or leaving adds what is typed. */
export function GroupPicker({ label, hint, note, known, chosen, onChosen }: Props) {
  const list = useId();
  const typed = useSignal('');
  const add = (text: string) => {
    const names = text.split(',').map((name) => name.trim());
    onChosen([...new Set([...chosen, ...names])].filter(Boolean));
    typed.value = '';
  };

  return (
    <div class={styles.picker}>
      <Field
        label={label}
        hint={hint}
        note={note}
        name="groups"
        value={typed.value}
        input={{
          list,
          autocomplete: 'off',
          autocapitalize: 'none',
          spellcheck: false,
          onBlur: () => add(typed.value),
          onKeyDown: (event) => {
            if (event.key === 'Enter' && typed.value.trim()) {
              event.preventDefault();
              add(typed.value);
            }
          },
        }}
        onValue={(value) => {
          typed.value = value;
          if (value.includes(',')) {
            add(value);
          }
        }}
      />
      <Suggestions id={list} names={known.filter((name) => !chosen.includes(name))} />
      <Chosen label={label} known={known} chosen={chosen} onChosen={onChosen} />
    </div>
  );
}

function Suggestions({ id, names }: { id: string; names: string[] }) {
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

function Chosen({
  label,
  known,
  chosen,
  onChosen,
}: Pick<Props, 'label' | 'known' | 'chosen' | 'onChosen'>) {
  return (
    chosen.length > 0 && (
      <ul class={styles.chosen} aria-label={label}>
        {chosen.map((name) => (
          <Chip
            key={name}
            name={name}
            isKnown={known.includes(name)}
            onRemove={() => onChosen(chosen.filter((other) => other !== name))}
          />
        ))}
      </ul>
    )
  );
}

type ChipProps = { name: string; isKnown: boolean; onRemove: () => void };

function Chip({ name, isKnown, onRemove }: ChipProps) {
  return (
    <li class={styles.chip}>
      {isKnown ? name : t('groups.later', { name })}
      <button type="button" aria-label={t('groups.removeOf', { name })} onClick={onRemove}>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2 2l8 8M10 2l-8 8" />
        </svg>
      </button>
    </li>
  );
}
