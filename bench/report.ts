/** A table for people. The first column is text, the others are numbers with their units. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes?: readonly string[];
}

/** A budget, what was measured, and whether it is kept. */
export interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** What one part of the bench found out. */
export interface Section {
  readonly name: string;
  readonly tables: readonly Table[];
  readonly aims: readonly Aim[];
  /** The figures behind the tables, for `--json`. */
  readonly figures: unknown;
  /** What was not measured, and why. */
  readonly skipped: readonly string[];
}

/** The table as Markdown that is readable as it is. */
export function formatTable({ title, columns, rows, notes = [] }: Table): string {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => pad(cells[at] ?? '', width, at === 0)).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : '-'.repeat(width + 1) + ':')).join('|')}|`;
  return [`### ${title}`, '', line(columns), rule, ...rows.map(line), '', ...notes.map((note) => `${note}\n`)].join(
    '\n',
  );
}

export function formatAims(aims: readonly Aim[]): string {
  return formatTable({
    title: 'Aims',
    columns: ['what', 'aim', 'measured', ''],
    rows: aims.map(({ what, aim, measured, reached }) => [what, aim, measured, reached ? 'reached' : 'NOT reached']),
  });
}

function pad(text: string, width: number, left: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width);
}

/** A number with three digits that count: `1234`, `12.3`, `0.123`. */
export function three(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A ratio: `1.03×`. */
export function times(value: number): string {
  return Number.isFinite(value) ? `${three(value)}×` : '–';
}
