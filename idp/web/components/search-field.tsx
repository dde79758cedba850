import { Field } from './field.tsx';

type Props = { label: string; value: string; onValue: (value: string) => void; hint?: string };

/** Finds while one types. */
export function SearchField({ label, value, onValue, hint }: Props) {
  return (
    <Field
      label={label}
      hint={hint}
      name="search"
      value={value}
      input={{
        type: 'search',
        autocomplete: 'off',
        autocapitalize: 'none',
        spellcheck: false,
        maxLength: 100,
      }}
      onValue={onValue}
    />
  );
}
