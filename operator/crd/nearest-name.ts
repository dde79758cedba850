/** The candidate somebody probably meant, or nothing when none is near. */
export function nearestName(typed: string, candidates: readonly string[]): string | undefined {
  const [nearest] = candidates
    .map((name) => ({ name, edits: editsBetween(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return nearest?.name;
}

/** Levenshtein's distance, row by row. */
function editsBetween(from: string, to: string): number {
  // Nobody mistypes that much, and the work grows with the product of the lengths.
  if (Math.abs(from.length - to.length) > to.length) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    row = nextRow(row, letter, to, index + 1);
  }
  return row.at(-1) ?? from.length;
}

function nextRow(above: number[], letter: string, to: string, first: number): number[] {
  const row = [first];
  for (let column = 1; column <= to.length; column += 1) {
    const replaced = (above[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
    row.push(Math.min(replaced, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
  }
  return row;
}
